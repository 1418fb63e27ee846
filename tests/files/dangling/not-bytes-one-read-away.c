// texts are copied byte by byte out of a list whose region ends: what a program looks at is no pointer
#include <croft.h>
#include <string.h>
struct node { char *text; struct node *next; };
__attribute__((noinline)) static char *upper(croft_region r, const struct node *n, int length) {
  char *text = CROFT_ARRAY(r, char, length);
  int i = 0;
  for (; n->text[i]; i++)
    text[i] = n->text[i] >= 'a' && n->text[i] <= 'z' ? n->text[i] - 32 : n->text[i];
  text[i] = 0;
  return text;
}
__attribute__((noinline)) static char *copy(croft_region r, const struct node *n, int length) {
  char *text = CROFT_ARRAY(r, char, length);
  int i = 0;
  while ((text[i] = n->text[i]))
    i++;
  return text;
}
__attribute__((noinline)) static char *all(croft_region r, const struct node *n, int length) {
  char *text = CROFT_ARRAY(r, char, length);
  for (int i = 0; i < length; i++)
    text[i] = n->text[i];
  return text;
}
__attribute__((noinline)) static char *at_once(croft_region r, const struct node *n, int length) {
  char *text = CROFT_ARRAY(r, char, length);
  memcpy(text, n->text, length);
  return text;
}
int f(void) {
  char *a, *b, *c, *d;
  CROFT_REGION(r);
  {
    CROFT_REGION(q);
    struct node *n = CROFT_NEW(q, struct node);
    struct node *m = CROFT_NEW(q, struct node);
    n->text = CROFT_ARRAY(q, char, 16);
    n->text[0] = 'a';
    n->text[1] = 0;
    m->text = n->text;
    m->next = 0;
    n->next = m;
    a = upper(r, n, 2);
    b = copy(r, n->next, 2);
    c = all(r, n, 2);
    d = at_once(r, n->next, 2);
  }
  return a[0] + b[0] + c[0] + d[0];
}
