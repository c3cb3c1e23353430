// The init of one lab node: PID 1 of its own PID, mount, UTS and IPC namespaces, inside a network namespace
// that exists already.
//
//   precopy-lab-init MARKER NETNS HOSTNAME [SOURCE TARGET]...
//
// MARKER is not used here: it stays in argv, so that a node is found again by looking at the process table
// alone. Each SOURCE is bind-mounted over its TARGET, in order. When the node is ready its process id, as the
// caller sees it, is printed and the caller is left: nothing ties the node to the life of who started it.
// From then on init only reaps, because a dead QEMU that stays a zombie costs libvirt two seconds. SIGKILL to
// it takes the whole node away.

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_BIND_ARGUMENT = 4, MAX_MOUNTS = 1024 };

static int report_fd = STDERR_FILENO;

static void fail(const char* what, const char* object) {
  dprintf(report_fd, "%s %s: %s\n", what, object, strerror(errno));
  _exit(1);
}

// Another lab's network namespace lives as long as a mount of it does. A copy in this node's mount namespace
// would keep it, with its links, beyond the end of that lab.
static void detach_foreign_namespaces(void) {
  char* targets[MAX_MOUNTS];
  size_t count = 0;
  FILE* mounts = fopen("/proc/self/mounts", "re");
  if (!mounts) fail("open", "/proc/self/mounts");
  char target[4096], type[64];
  while (count < MAX_MOUNTS && fscanf(mounts, "%*s %4095s %63s %*[^\n]", target, type) == 2) {
    if (strcmp(type, "nsfs") == 0) targets[count++] = strdup(target);
  }
  fclose(mounts);
  for (size_t index = 0; index < count; index++) {
    umount2(targets[index], MNT_DETACH);
    free(targets[index]);
  }
}

static void enter_network(const char* path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  if (setns(fd, CLONE_NEWNET) != 0) fail("enter", path);
  close(fd);
}

static void build_mounts(char** binds) {
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("make private", "/");
  detach_foreign_namespaces();
  for (; binds[0]; binds += 2) {
    if (mount(binds[0], binds[1], NULL, MS_BIND, NULL) != 0) fail("bind-mount", binds[1]);
  }
  // A sysfs of this network namespace, without the machine's cgroups: two hosts must not meet in one cgroup
  // tree.
  umount2("/sys", MNT_DETACH);
  if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) fail("mount", "/sys");
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) fail("mount", "/proc");
}

static void leave_caller(void) {
  setsid();
  if (chdir("/") != 0) fail("chdir", "/");
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) fail("open", "/dev/null");
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) dup2(null, fd);
  close(null);
}

static void reap_for_ever(void) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  for (;;) {
    int signal_number;
    sigwait(&child, &signal_number);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  }
}

static void run_node(char** argv) {
  build_mounts(argv + FIRST_BIND_ARGUMENT);
  if (sethostname(argv[3], strlen(argv[3])) != 0) fail("set the host name", argv[3]);
  leave_caller();
  close(report_fd);
  reap_for_ever();
}

// The report is empty when all went well: the node closes its end. What it says otherwise is for stderr.
static bool node_is_ready(int fd) {
  char text[4096];
  ssize_t length;
  bool silent = true;
  while ((length = read(fd, text, sizeof text)) > 0) {
    silent = false;
    if (write(STDERR_FILENO, text, (size_t)length) < 0) break;
  }
  return silent;
}

int main(int argc, char** argv) {
  if (argc < FIRST_BIND_ARGUMENT || (argc - FIRST_BIND_ARGUMENT) % 2 != 0) {
    fprintf(stderr, "usage: %s MARKER NETNS HOSTNAME [SOURCE TARGET]...\n", argv[0]);
    return 2;
  }
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_SETMASK, &child, NULL);

  enter_network(argv[2]);
  if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC) != 0)
    fail("create namespaces for", argv[1]);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) fail("create a pipe for", argv[1]);
  pid_t node = fork();
  if (node < 0) fail("fork", argv[1]);
  if (node == 0) {
    close(report[0]);
    report_fd = report[1];
    run_node(argv);
  }
  close(report[1]);
  if (!node_is_ready(report[0])) return 1;
  printf("%d\n", (int)node);
  return 0;
}
