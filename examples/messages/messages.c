/*
 * A message loop: each JSON text is parsed into a tree that lives in a region of its own and ends with it, however it was built
 * and whether or not the text was right.
 *
 * The parser allocates in loops and in recursion, as parsers do: the size of a tree depends on the message. So the region is
 * bounded, and BUDGET says what a message may cost. The parser asks with the `TRY` forms: a message that exceeds its budget is
 * answered with an error, as one with a syntax error is, and does no harm to the next one.
 *
 * The texts are RFC 8259 but for three things: bytes above 127 are taken as they are, a key may occur once in an object, and
 * values nest at most DEPTH deep.
 *
 *     croft run examples/messages/messages.c                    parses the messages below
 *     croft run examples/messages/messages.c -- FILE            one message per line
 */
#include <croft.h>

#include <float.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUDGET = 4096, /* bytes that the tree of one message may take */
    DEPTH = 32,    /* levels of nesting */
    LINE = 8192    /* bytes of a line of the file */
};

/* ----------------------------------------------------------------------------------------------- trees */

enum kind { NOTHING, FALSE, TRUE, NUMBER, STRING, ARRAY, OBJECT };

struct string {
    size_t length;
    const char *bytes; /* without escapes; may contain zeros */
};

struct value {
    enum kind kind;
    double number;        /* NUMBER */
    struct string string; /* STRING */
    struct member *first; /* ARRAY: in order of the text; OBJECT: in order of the keys */
};

/* An element of an array, whose key is empty, or a member of an object. */
struct member {
    struct string key;
    struct value *value;
    struct member *next;
};

/* ---------------------------------------------------------------------------------------------- parser */

struct parser {
    const char *text;  /* ends with a zero */
    size_t at;         /* offset of the next byte */
    const char *error; /* what went wrong at `at`; null as long as nothing has */
};

/* Every function below returns null or false after it has set the error. */
static void fail(struct parser *p, const char *error)
{
    p->error = error;
}

static void skip_space(struct parser *p)
{
    while (p->text[p->at] == ' ' || p->text[p->at] == '\t' || p->text[p->at] == '\n' || p->text[p->at] == '\r')
        p->at++;
}

/* Whether the next byte is `byte`; takes it then. */
static bool take(struct parser *p, char byte)
{
    if (p->text[p->at] != byte)
        return false;
    p->at++;
    return true;
}

static bool take_word(struct parser *p, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(p->text + p->at, word, length) != 0) {
        fail(p, "unknown word");
        return false;
    }
    p->at += length;
    return true;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool take_digits(struct parser *p)
{
    if (!is_digit(p->text[p->at])) {
        fail(p, "expected a digit");
        return false;
    }
    while (is_digit(p->text[p->at]))
        p->at++;
    return true;
}

static bool parse_number(struct parser *p, double *number)
{
    size_t start = p->at;
    take(p, '-');
    if (!take(p, '0') && !take_digits(p))
        return false;
    if (take(p, '.') && !take_digits(p))
        return false;
    if (take(p, 'e') || take(p, 'E')) {
        if (!take(p, '+'))
            take(p, '-');
        if (!take_digits(p))
            return false;
    }
    *number = strtod(p->text + start, NULL);
    if (*number > DBL_MAX || *number < -DBL_MAX) {
        p->at = start;
        fail(p, "number out of range");
        return false;
    }
    return true;
}

/* The value of a hexadecimal digit, -1 for any other byte. */
static int hex_digit(char byte)
{
    if (is_digit(byte))
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* The four digits behind \u. */
static bool take_unit(struct parser *p, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p->text[p->at]);
        if (digit < 0) {
            fail(p, "expected a hexadecimal digit");
            return false;
        }
        *unit = *unit * 16 + (unsigned)digit;
        p->at++;
    }
    return true;
}

/* The code point behind \u: one unit, or a high and a low surrogate. */
static bool take_code_point(struct parser *p, unsigned *code)
{
    if (!take_unit(p, code))
        return false;
    if (*code < 0xD800 || *code > 0xDFFF)
        return true;
    unsigned low = 0;
    if (*code > 0xDBFF || !take(p, '\\') || !take(p, 'u')) {
        fail(p, "surrogate without its other half");
        return false;
    }
    if (!take_unit(p, &low))
        return false;
    if (low < 0xDC00 || low > 0xDFFF) {
        fail(p, "surrogate without its other half");
        return false;
    }
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

/* Writes the code point in UTF-8 and returns the number of bytes, at most 4 (and at most what its escape took). */
static size_t encode(unsigned code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* The escape behind a backslash. Adds what it stands for to out[*length]. */
static bool take_escape(struct parser *p, char *out, size_t *length)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";

    if (take(p, 'u')) {
        unsigned code = 0;
        if (!take_code_point(p, &code))
            return false;
        *length += encode(code, out + *length);
        return true;
    }
    for (size_t i = 0; letters[i]; i++) {
        if (take(p, letters[i])) {
            out[(*length)++] = meanings[i];
            return true;
        }
    }
    fail(p, "unknown escape");
    return false;
}

/* The bytes up to the closing quote, escapes counted as they are written: what the string takes at most. */
static size_t written_length(const struct parser *p)
{
    size_t end = p->at;
    while (p->text[end] != '\0' && p->text[end] != '"')
        end += p->text[end] == '\\' && p->text[end + 1] != '\0' ? 2 : 1;
    return end - p->at;
}

static bool parse_string(croft_region r, struct parser *p, struct string *string)
{
    if (!take(p, '"')) {
        fail(p, "expected '\"'");
        return false;
    }
    char *bytes = CROFT_TRY_ARRAY(r, char, written_length(p));
    if (!bytes) {
        fail(p, "message exceeds its budget");
        return false;
    }
    size_t length = 0;
    while (!take(p, '"')) {
        unsigned char byte = (unsigned char)p->text[p->at];
        if (byte < 0x20) {
            fail(p, byte == '\0' ? "string does not end" : "control character in a string");
            return false;
        }
        p->at++;
        if (byte != '\\')
            bytes[length++] = (char)byte;
        else if (!take_escape(p, bytes, &length))
            return false;
    }
    string->length = length;
    string->bytes = bytes;
    return true;
}

/* As memcmp: negative, 0 or positive. */
static int compare(const struct string *a, const struct string *b)
{
    int order = memcmp(a->bytes, b->bytes, a->length < b->length ? a->length : b->length);
    if (order != 0)
        return order;
    return (a->length > b->length) - (a->length < b->length);
}

static struct member *new_member(croft_region r, struct parser *p)
{
    struct member *member = CROFT_TRY_NEW(r, struct member);
    if (!member) {
        fail(p, "message exceeds its budget");
        return NULL;
    }
    member->key.length = 0;
    member->key.bytes = "";
    member->value = NULL;
    member->next = NULL;
    return member;
}

static struct value *parse_value(croft_region r, struct parser *p, int depth);

/* The elements behind '['. */
static bool parse_elements(croft_region r, struct parser *p, struct value *array, int depth)
{
    struct member *last = NULL;
    skip_space(p);
    if (take(p, ']'))
        return true;
    for (;;) {
        struct member *element = new_member(r, p);
        if (!element)
            return false;
        element->value = parse_value(r, p, depth + 1);
        if (!element->value)
            return false;
        if (last)
            last->next = element;
        else
            array->first = element;
        last = element;
        if (take(p, ']'))
            return true;
        if (!take(p, ',')) {
            fail(p, "expected ',' or ']'");
            return false;
        }
    }
}

/* Puts the member at its place in the order of the keys; false if its key is there already. */
static bool insert(struct value *object, struct member *member)
{
    struct member *before = NULL;
    struct member *after = object->first;
    while (after) {
        int order = compare(&after->key, &member->key);
        if (order == 0)
            return false;
        if (order > 0)
            break;
        before = after;
        after = after->next;
    }
    member->next = after;
    if (before)
        before->next = member;
    else
        object->first = member;
    return true;
}

/* The members behind '{'. */
static bool parse_members(croft_region r, struct parser *p, struct value *object, int depth)
{
    skip_space(p);
    if (take(p, '}'))
        return true;
    for (;;) {
        struct member *member = new_member(r, p);
        if (!member)
            return false;
        skip_space(p);
        size_t start = p->at;
        if (!parse_string(r, p, &member->key))
            return false;
        if (!insert(object, member)) {
            p->at = start;
            fail(p, "key occurs twice");
            return false;
        }
        skip_space(p);
        if (!take(p, ':')) {
            fail(p, "expected ':'");
            return false;
        }
        member->value = parse_value(r, p, depth + 1);
        if (!member->value)
            return false;
        if (take(p, '}'))
            return true;
        if (!take(p, ',')) {
            fail(p, "expected ',' or '}'");
            return false;
        }
    }
}

/* Parses what stands between `value` and its end; its kind follows from the first byte. */
static bool parse_content(croft_region r, struct parser *p, struct value *value, int depth)
{
    switch (p->text[p->at]) {
    case '{':
        p->at++;
        value->kind = OBJECT;
        return parse_members(r, p, value, depth);
    case '[':
        p->at++;
        value->kind = ARRAY;
        return parse_elements(r, p, value, depth);
    case '"':
        value->kind = STRING;
        return parse_string(r, p, &value->string);
    case 't':
        value->kind = TRUE;
        return take_word(p, "true");
    case 'f':
        value->kind = FALSE;
        return take_word(p, "false");
    case 'n':
        value->kind = NOTHING;
        return take_word(p, "null");
    default:
        if (p->text[p->at] != '-' && !is_digit(p->text[p->at])) {
            fail(p, "expected a value");
            return false;
        }
        value->kind = NUMBER;
        return parse_number(p, &value->number);
    }
}

/* A value in region r, with the space around it. */
static struct value *parse_value(croft_region r, struct parser *p, int depth)
{
    if (depth > DEPTH) {
        fail(p, "nested too deep");
        return NULL;
    }
    struct value *value = CROFT_TRY_NEW(r, struct value);
    if (!value) {
        fail(p, "message exceeds its budget");
        return NULL;
    }
    value->first = NULL;
    skip_space(p);
    if (!parse_content(r, p, value, depth))
        return NULL;
    skip_space(p);
    return value;
}

/* The whole text as one value. */
static struct value *parse_message(croft_region r, struct parser *p)
{
    struct value *value = parse_value(r, p, 1);
    if (value && p->text[p->at] != '\0') {
        fail(p, "expected the end");
        return NULL;
    }
    return value;
}

/* --------------------------------------------------------------------------------------------- summary */

struct summary {
    int depth;
    int objects;
    int arrays;
    int strings;
    int numbers;
    int words;
};

static void summarise(const struct value *value, int depth, struct summary *summary)
{
    if (depth > summary->depth)
        summary->depth = depth;
    switch (value->kind) {
    case OBJECT:
        summary->objects++;
        break;
    case ARRAY:
        summary->arrays++;
        break;
    case STRING:
        summary->strings++;
        break;
    case NUMBER:
        summary->numbers++;
        break;
    case NOTHING:
    case FALSE:
    case TRUE:
        summary->words++;
        break;
    }
    for (const struct member *member = value->first; member; member = member->next)
        summarise(member->value, depth + 1, summary);
}

/* -------------------------------------------------------------------------------------- canonical form */

static void print_string(const struct string *string)
{
    putchar('"');
    for (size_t i = 0; i < string->length; i++) {
        unsigned char byte = (unsigned char)string->bytes[i];
        if (byte < 0x20) {
            printf("\\u%04x", byte);
            continue;
        }
        if (byte == '"' || byte == '\\')
            putchar('\\');
        putchar(byte);
    }
    putchar('"');
}

/* With the fewest digits that read back as the same number; integers that are exact without an exponent. */
static void print_number(double number)
{
    char digits[32];
    if (number > -1e15 && number < 1e15 && number == (double)(long long)number) {
        printf("%.0f", number);
        return;
    }
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    printf("%s", digits);
}

/* The value without spaces, members in the order of their keys. */
static void print_value(const struct value *value)
{
    switch (value->kind) {
    case NOTHING:
        printf("null");
        break;
    case FALSE:
        printf("false");
        break;
    case TRUE:
        printf("true");
        break;
    case NUMBER:
        print_number(value->number);
        break;
    case STRING:
        print_string(&value->string);
        break;
    case ARRAY:
    case OBJECT:
        putchar(value->kind == ARRAY ? '[' : '{');
        for (const struct member *member = value->first; member; member = member->next) {
            if (member != value->first)
                putchar(',');
            if (value->kind == OBJECT) {
                print_string(&member->key);
                putchar(':');
            }
            print_value(member->value);
        }
        putchar(value->kind == ARRAY ? ']' : '}');
        break;
    }
}

/* -------------------------------------------------------------------------------------------- the loop */

/* Parses the text and prints what it is. Returns whether it was right. */
static bool handle(int number, const char *text)
{
    CROFT_REGION_BOUNDED(r, BUDGET);
    struct parser parser = {text, 0, NULL};
    const struct value *value = parse_message(r, &parser);
    if (!value) {
        printf("%2d: error at byte %zu: %s\n", number, parser.at, parser.error);
        return false;
    }
    struct summary summary = {0, 0, 0, 0, 0, 0};
    summarise(value, 1, &summary);
    printf("%2d: depth %d, objects %d, arrays %d, strings %d, numbers %d, words %d\n    ", number, summary.depth,
           summary.objects, summary.arrays, summary.strings, summary.numbers, summary.words);
    print_value(value);
    putchar('\n');
    return true;
}

static const char *const MESSAGES[] = {
    "{\"id\": 17, \"method\": \"set\", \"params\": {\"channel\": 3, \"volts\": -0.125, \"enabled\": true}}",
    "[1, 2.50, 3e2, -4E-2, 0.1, -0, 1e300, 12345678901234567890]",
    "  {\"b\": [], \"a\": {}, \"c\": [[], [[]], {\"x\": null}]}  ",
    "\"caf\\u00e9 \\ud83d\\ude80 \\\"quoted\\\" \\\\ \\/ tab\\t nul\\u0000.\"",
    "{\"pulses\": [{\"at\": 0, \"for\": 1.5e-6}, {\"at\": 2e-6, \"for\": 5e-7}], \"repeat\": 100, \"label\": \"rabi\"}",
    "null",
    "",
    "{\"id\": 18, \"method\": }",
    "[1, 2",
    "[01]",
    "{\"a\": 1, \"a\": 2}",
    "\"no end",
    "\"half \\ud83d\"",
    "\"\\x\"",
    "{\"a\" 1}",
    "[true, falsch]",
    "[1] 2",
    "-",
    "[1e400]",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    "[0,1,2,3,4,5,6,7,8,9,"
    "0,1,2,3,4,5,6,7,8,9,"
    "0,1,2,3,4,5,6,7,8,9,"
    "0,1,2,3,4,5,6,7,8,9,"
    "0,1,2,3,4,5,6,7,8,9,"
    "0,1,2,3,4,5,6,7,8,9]",
    "[\"the message before this one was too large\", \"this one is not\"]",
};

/* Returns the number of messages, and adds those that were right to *right; -1 if the file cannot be read. */
static int handle_file(const char *name, int *right)
{
    static char line[LINE];

    FILE *file = fopen(name, "r");
    if (!file) {
        perror(name);
        return -1;
    }
    int count = 0;
    while (fgets(line, sizeof line, file)) {
        if (strlen(line) == sizeof line - 1) {
            fprintf(stderr, "%s: line %d is too long\n", name, count + 1);
            fclose(file);
            return -1;
        }
        *right += handle(++count, line);
    }
    if (ferror(file)) {
        perror(name);
        count = -1;
    }
    fclose(file);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    int right = 0;
    if (argc > 1) {
        count = handle_file(argv[1], &right);
        if (count < 0)
            return 1;
    } else {
        for (; count < (int)(sizeof MESSAGES / sizeof *MESSAGES); count++)
            right += handle(count + 1, MESSAGES[count]);
    }
    printf("%d messages, %d with errors\n", count, count - right);
    return 0;
}
