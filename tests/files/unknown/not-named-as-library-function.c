// the library function itself: what it does is known
#include <croft.h>
#include <sys/socket.h>
ssize_t f(int socket) {
  CROFT_REGION(r);
  char *text = CROFT_ARRAY(r, char, 4);
  for (int i = 0; i < 4; i++) text[i] = 'a';
  return send(socket, text, 4, 0);
}
