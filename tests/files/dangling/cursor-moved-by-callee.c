// a callee moves a cursor to the next token, whose value is of a region that ends first
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
        tokens[1].value = CROFT_NEW(shorter, int);
        *tokens[1].value = n;
        next(&parser);
    }
    return *parser.at->value; // error: R0907
}
