#pragma once

#include <string>

namespace precopy {

/// Looks a function up at run time; null if the library or the function is not there.
void* FindFunction(const char* library, const char* name);

[[noreturn]] void FailUnsupported(const char* library, const char* name, const char* version);

/// A function that the libvirt we run on may lack, or that the headers we were built with do not declare.
/// Looked up at run time, so that an addon built on an old libvirt uses all of a newer one.
template <typename Function>
Function* Require(const char* library, const char* name, const char* version) {
  void* const address = FindFunction(library, name);
  if (address == nullptr) FailUnsupported(library, name, version);
  return reinterpret_cast<Function*>(address);
}

constexpr const char* kLibvirt = "libvirt.so.0";
constexpr const char* kLibvirtQemu = "libvirt-qemu.so.0";

}  // namespace precopy
