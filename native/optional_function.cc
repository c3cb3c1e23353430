#include "optional_function.h"

#include <dlfcn.h>

#include "failure.h"

namespace precopy {

void* FindFunction(const char* library, const char* name) {
  // Never closed: the address is used from any thread, and opening it again costs a reference count.
  void* const handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  return handle == nullptr ? nullptr : dlsym(handle, name);
}

void FailUnsupported(const char* library, const char* name, const char* version) {
  throw Failure::Unsupported(name, version, library);
}

}  // namespace precopy
