// a text that ended is printed through a list of arguments
#include <croft.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
__attribute__((noinline)) static void say(const char *format, ...) {
  va_list list;
  va_start(list, format);
  char text[64];
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  puts(text);
}
void f(void) {
  char *name;
  {
    CROFT_REGION(r);
    name = CROFT_ARRAY(r, char, 8);
    strcpy(name, "hello");
  }
  say("%s", name); // error: R0403
}
