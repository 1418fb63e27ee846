// a callee moves a cursor to the next token, whose value lives as long as the others
#include <croft.h>
struct token { int *value; };
struct parser { struct token *at; };

__attribute__((noinline)) static void next(struct parser *parser)
{
    parser->at++;
}

int parse(int n)
{
    CROFT_REGION(longer);
    struct token tokens[2];
    struct parser parser = { tokens };
    tokens[0].value = CROFT_NEW(longer, int);
    *tokens[0].value = n;
    {
        CROFT_REGION(shorter);
        int *twice = CROFT_NEW(shorter, int);
        *twice = 2 * n;
        tokens[1].value = CROFT_NEW(longer, int);
        *tokens[1].value = *twice;
        next(&parser);
    }
    return *parser.at->value;
}
