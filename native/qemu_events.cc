#include <libvirt/libvirt.h>

#include "call.h"
#include "event_delivery.h"
#include "optional_function.h"

namespace precopy {

namespace {

// Of libvirt-qemu, which a host without QEMU need not have.
using QemuMonitorCallback = void(virConnectPtr, virDomainPtr, const char*, long long, unsigned int,
                                 const char*, void*);
using RegisterQemuMonitorEvent = int(virConnectPtr, virDomainPtr, const char*, QemuMonitorCallback*, void*,
                                     virFreeCallback, unsigned int);
constexpr const char* kSince = "1.2.3";

void OnQemuMonitorEvent(virConnectPtr, virDomainPtr domain, const char* event, long long seconds,
                        unsigned int microseconds, const char* details, void* opaque) {
  Emit(domain, opaque,
       {{"event", Text(event)},
        {"seconds", Count(seconds)},
        {"microseconds", Count(microseconds)},
        {"details", Text(details)}});
}

Deregister* QemuMonitorDeregister() {
  return Require<Deregister>(kLibvirtQemu, "virConnectDomainQemuMonitorEventDeregister", kSince);
}

double RegisterQemuMonitor(const Connection::Lease& connection, const std::optional<Domain::Lease>& domain,
                           const std::optional<std::string>& event, uint32_t flags,
                           const EventTarget& target) {
  auto* const make =
      Require<RegisterQemuMonitorEvent>(kLibvirtQemu, "virConnectDomainQemuMonitorEventRegister", kSince);
  return Register(connection, target, QemuMonitorDeregister(), [&](void* opaque) {
    return make(connection.Get(), domain.has_value() ? domain->Get() : nullptr, OrNull(event),
                OnQemuMonitorEvent, opaque, FreeOpaque, flags);
  });
}

}  // namespace

void BindQemuEvents(Napi::Object exports) {
  Bind(exports, "connectDomainQemuMonitorEventRegister",
       {"connection", "domain", "event", "flags", "listener"}, RegisterQemuMonitor);
  Bind(exports, "connectDomainQemuMonitorEventDeregister", {"connection", "callbackId"},
       [](const Connection::Lease& connection, int32_t callback_id) {
         Check(QemuMonitorDeregister()(connection.Get(), callback_id));
         connection.Owner()->RemoveRegistration(callback_id);
         return Nothing();
       });
}

}  // namespace precopy
