#include "modules.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

static int is_module(const struct dirent* entry) {
  return entry->d_name[0] != '.';
}

void load_modules(const char* directory) {
  struct dirent** entries;
  int count = scandir(directory, &entries, is_module, alphasort);
  if (count < 0 || chdir(directory) != 0) fail(directory);
  for (int i = 0; i < count; i++) {
    int file = open(entries[i]->d_name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || (syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST))
      fail(entries[i]->d_name);
    close(file);
    free(entries[i]);
  }
  free(entries);
}
