// lengths come back beside pointers into a region that ends
#include <croft.h>
#include <stddef.h>
struct slice { size_t length; char *at; };
struct stats { size_t longest, last; };
__attribute__((noinline)) static struct slice get(const struct slice *s) { return *s; }
__attribute__((noinline)) static struct slice cut(struct slice s, size_t n) {
  struct slice t;
  t.length = s.length - n;
  t.at = s.at + n;
  return t;
}
__attribute__((noinline)) static struct slice both(const struct slice *s, size_t n) {
  struct slice t = get(s);
  t.length = n;
  return cut(t, 1);
}
int f(struct stats *stats) {
  CROFT_REGION(r);
  struct slice *s = CROFT_NEW(r, struct slice);
  s->at = CROFT_ARRAY(r, char, 16);
  s->length = 16;
  s->at[0] = 1;
  stats->longest = cut(get(s), 2).length;
  stats->last = both(s, 4).length;
  return both(s, 4).at[0];
}
