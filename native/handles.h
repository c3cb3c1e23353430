#pragma once

#include <libvirt/libvirt.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "failure.h"

namespace precopy {

struct FreeMemory {
  void operator()(void* memory) const {
    std::free(memory);
  }  // NOLINT(cppcoreguidelines-no-malloc): libvirt's own
};

/// A string that libvirt has allocated and the caller has to free.
using LibvirtString = std::unique_ptr<char, FreeMemory>;

/// Takes over a string from libvirt; a null pointer is libvirt's sign of failure.
inline std::string TakeString(char* string) {
  return LibvirtString(CheckPointer(string)).get();
}

struct FreeDomain {
  void operator()(virDomainPtr domain) const { virDomainFree(domain); }
};

/// One reference on a domain.
using DomainReference = std::unique_ptr<virDomain, FreeDomain>;

}  // namespace precopy
