#include "network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

static void set_address(int control, struct ifreq* request, unsigned long operation, uint32_t address) {
  struct sockaddr_in value = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
  memcpy(&request->ifr_addr, &value, sizeof value);
  if (ioctl(control, operation, request) != 0) fail(request->ifr_name);
}

void bring_up_network(const char* interface, uint32_t address, uint32_t prefix_bits) {
  struct ifreq request = {.ifr_flags = 0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) fail("socket");
  set_address(control, &request, SIOCSIFADDR, address);
  set_address(control, &request, SIOCSIFNETMASK, prefix_bits == 0 ? 0 : UINT32_MAX << (32 - prefix_bits));
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(control, SIOCSIFFLAGS, &request) != 0) fail(interface);
  close(control);
}
