#pragma once

#include <libvirt/libvirt.h>

#include <memory>

#include "arguments.h"
#include "environment.h"
#include "record.h"

namespace precopy {

/// Where events of one registration go: an environment and the number under which TypeScript knows the
/// listener.
struct EventTarget {
  std::shared_ptr<Environment> environment;
  double listener = 0;
};

template <>
struct Argument<EventTarget> {
  static EventTarget From(const Napi::Value& value, const char* name);
};

/// What a registration with libvirt carries along: a target of its own.
void* NewOpaque(const EventTarget& target);
/// Called by libvirt when the registration ends.
void FreeOpaque(void* opaque);

/// From a callback of libvirt: stamps the event and sends it to the target that `opaque` is. The domain of a
/// callback is only borrowed: what identifies it is copied.
void Emit(virDomainPtr domain, void* opaque, Record fields);

/// Registers a callback: `make` is given what it is to carry along, and returns libvirt's number for the
/// registration. The connection ends it with `deregister` if nobody else has.
template <typename Make>
double Register(const Connection::Lease& connection, const EventTarget& target, Deregister* deregister,
                const Make& make) {
  void* const opaque = NewOpaque(target);
  const int id = make(opaque);
  if (id < 0) {
    // libvirt calls the free callback only for what it has registered.
    const Failure failure = Failure::Libvirt();
    FreeOpaque(opaque);
    throw failure;
  }
  connection.Owner()->AddRegistration(id, deregister);
  return id;
}

}  // namespace precopy
