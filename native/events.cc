#include <libvirt/libvirt.h>

#include <map>

#include "call.h"
#include "event_delivery.h"

namespace precopy {

namespace {

int OnLifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque) {
  Emit(domain, opaque, {{"event", Count(event)}, {"detail", Count(detail)}});
  return 0;
}

void OnPlain(virConnectPtr, virDomainPtr domain, void* opaque) {
  Emit(domain, opaque, {});
}

void OnRtcChange(virConnectPtr, virDomainPtr domain, long long offset, void* opaque) {
  Emit(domain, opaque, {{"utcOffsetSeconds", Count(offset)}});
}

void OnWatchdog(virConnectPtr, virDomainPtr domain, int action, void* opaque) {
  Emit(domain, opaque, {{"action", Count(action)}});
}

void OnIoError(virConnectPtr, virDomainPtr domain, const char* path, const char* alias, int action,
               void* opaque) {
  Emit(domain, opaque, {{"sourcePath", Text(path)}, {"deviceAlias", Text(alias)}, {"action", Count(action)}});
}

void OnIoErrorReason(virConnectPtr, virDomainPtr domain, const char* path, const char* alias, int action,
                     const char* reason, void* opaque) {
  Emit(domain, opaque,
       {{"sourcePath", Text(path)},
        {"deviceAlias", Text(alias)},
        {"action", Count(action)},
        {"reason", Text(reason)}});
}

void OnGraphics(virConnectPtr, virDomainPtr domain, int phase, const virDomainEventGraphicsAddress* local,
                const virDomainEventGraphicsAddress* remote, const char* scheme,
                const virDomainEventGraphicsSubject* subject, void* opaque) {
  Record fields = {{"phase", Count(phase)},
                   {"local.family", Count(local->family)},
                   {"local.node", Text(local->node)},
                   {"local.service", Text(local->service)},
                   {"remote.family", Count(remote->family)},
                   {"remote.node", Text(remote->node)},
                   {"remote.service", Text(remote->service)},
                   {"authenticationScheme", Text(scheme)}};
  for (int i = 0; subject != nullptr && i < subject->nidentity; ++i) {
    const virDomainEventGraphicsSubjectIdentity& identity = subject->identities[i];
    const std::string prefix = "identity." + std::to_string(i);
    fields.emplace_back(prefix + ".type", Text(identity.type));
    fields.emplace_back(prefix + ".name", Text(identity.name));
  }
  Emit(domain, opaque, std::move(fields));
}

void OnBlockJob(virConnectPtr, virDomainPtr domain, const char* disk, int type, int status, void* opaque) {
  Emit(domain, opaque, {{"disk", Text(disk)}, {"type", Count(type)}, {"status", Count(status)}});
}

void OnDiskChange(virConnectPtr, virDomainPtr domain, const char* before, const char* after,
                  const char* alias, int reason, void* opaque) {
  Emit(domain, opaque,
       {{"oldSourcePath", Text(before)},
        {"newSourcePath", Text(after)},
        {"deviceAlias", Text(alias)},
        {"reason", Count(reason)}});
}

void OnTrayChange(virConnectPtr, virDomainPtr domain, const char* alias, int reason, void* opaque) {
  Emit(domain, opaque, {{"deviceAlias", Text(alias)}, {"reason", Count(reason)}});
}

void OnPowerManagement(virConnectPtr, virDomainPtr domain, int /*reason*/, void* opaque) {
  Emit(domain, opaque, {});
}

void OnBalloonChange(virConnectPtr, virDomainPtr domain, unsigned long long actual, void* opaque) {
  Emit(domain, opaque, {{"actualKibibytes", Count(actual)}});
}

void OnDevice(virConnectPtr, virDomainPtr domain, const char* alias, void* opaque) {
  Emit(domain, opaque, {{"deviceAlias", Text(alias)}});
}

void OnParameters(virConnectPtr, virDomainPtr domain, virTypedParameterPtr items, int count, void* opaque) {
  Emit(domain, opaque, TypedParameters::ToRecord(items, count));
}

void OnAgentLifecycle(virConnectPtr, virDomainPtr domain, int state, int reason, void* opaque) {
  Emit(domain, opaque, {{"state", Count(state)}, {"reason", Count(reason)}});
}

void OnMigrationIteration(virConnectPtr, virDomainPtr domain, int iteration, void* opaque) {
  Emit(domain, opaque, {{"iteration", Count(iteration)}});
}

void OnMetadataChange(virConnectPtr, virDomainPtr domain, int type, const char* uri, void* opaque) {
  Emit(domain, opaque, {{"type", Count(type)}, {"namespaceUri", Text(uri)}});
}

void OnBlockThreshold(virConnectPtr, virDomainPtr domain, const char* device, const char* path,
                      unsigned long long threshold, unsigned long long excess, void* opaque) {
  Emit(domain, opaque,
       {{"device", Text(device)},
        {"path", Text(path)},
        {"thresholdBytes", Count(threshold)},
        {"excessBytes", Count(excess)}});
}

void OnMemoryFailure(virConnectPtr, virDomainPtr domain, int recipient, int action, unsigned int flags,
                     void* opaque) {
  Emit(domain, opaque, {{"recipient", Count(recipient)}, {"action", Count(action)}, {"flags", Count(flags)}});
}

void OnMemoryDeviceSizeChange(virConnectPtr, virDomainPtr domain, const char* alias, unsigned long long size,
                              void* opaque) {
  Emit(domain, opaque, {{"deviceAlias", Text(alias)}, {"sizeKibibytes", Count(size)}});
}

void OnNicMacChange(virConnectPtr, virDomainPtr domain, const char* alias, const char* before,
                    const char* after, void* opaque) {
  Emit(domain, opaque, {{"deviceAlias", Text(alias)}, {"oldMac", Text(before)}, {"newMac", Text(after)}});
}

/// Since libvirt 11.2.0, newer than the oldest headers we build with.
constexpr int kNicMacChange = 27;

/// libvirt takes all of them as one type and casts them back by the number of the event. By way of the type
/// that the compiler lets stand for any function, as VIR_DOMAIN_EVENT_CALLBACK does not.
template <typename Callback>
virConnectDomainEventGenericCallback Generic(Callback* callback) {
  return reinterpret_cast<virConnectDomainEventGenericCallback>(reinterpret_cast<void (*)()>(callback));
}

virConnectDomainEventGenericCallback CallbackFor(int event_id) {
  static const std::map<int, virConnectDomainEventGenericCallback> callbacks = {
      {VIR_DOMAIN_EVENT_ID_LIFECYCLE, Generic(OnLifecycle)},
      {VIR_DOMAIN_EVENT_ID_REBOOT, Generic(OnPlain)},
      {VIR_DOMAIN_EVENT_ID_RTC_CHANGE, Generic(OnRtcChange)},
      {VIR_DOMAIN_EVENT_ID_WATCHDOG, Generic(OnWatchdog)},
      {VIR_DOMAIN_EVENT_ID_IO_ERROR, Generic(OnIoError)},
      {VIR_DOMAIN_EVENT_ID_GRAPHICS, Generic(OnGraphics)},
      {VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, Generic(OnIoErrorReason)},
      {VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, Generic(OnPlain)},
      {VIR_DOMAIN_EVENT_ID_BLOCK_JOB, Generic(OnBlockJob)},
      {VIR_DOMAIN_EVENT_ID_DISK_CHANGE, Generic(OnDiskChange)},
      {VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, Generic(OnTrayChange)},
      {VIR_DOMAIN_EVENT_ID_PMWAKEUP, Generic(OnPowerManagement)},
      {VIR_DOMAIN_EVENT_ID_PMSUSPEND, Generic(OnPowerManagement)},
      {VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, Generic(OnBalloonChange)},
      {VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, Generic(OnPowerManagement)},
      {VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, Generic(OnDevice)},
      {VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, Generic(OnBlockJob)},
      {VIR_DOMAIN_EVENT_ID_TUNABLE, Generic(OnParameters)},
      {VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, Generic(OnAgentLifecycle)},
      {VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, Generic(OnDevice)},
      {VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, Generic(OnMigrationIteration)},
      {VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, Generic(OnParameters)},
      {VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, Generic(OnDevice)},
      {VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, Generic(OnMetadataChange)},
      {VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, Generic(OnBlockThreshold)},
      {VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, Generic(OnMemoryFailure)},
      {VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, Generic(OnMemoryDeviceSizeChange)},
      {kNicMacChange, Generic(OnNicMacChange)},
  };
  const auto found = callbacks.find(event_id);
  if (found == callbacks.end()) throw Failure::Argument("eventId", "an event that this addon knows");
  return found->second;
}

double RegisterAny(const Connection::Lease& connection, const std::optional<Domain::Lease>& domain,
                   int32_t event_id, const EventTarget& target) {
  const auto callback = CallbackFor(event_id);
  return Register(connection, target, virConnectDomainEventDeregisterAny, [&](void* opaque) {
    return virConnectDomainEventRegisterAny(connection.Get(), domain.has_value() ? domain->Get() : nullptr,
                                            event_id, callback, opaque, FreeOpaque);
  });
}

void OnClose(virConnectPtr, int reason, void* opaque) {
  Emit(nullptr, opaque, {{"reason", Count(reason)}});
}

/// libvirt says yes also for drivers that know no such thing, and never frees what they were given: the
/// connection keeps it.
Nothing RegisterClose(const Connection::Lease& connection, const EventTarget& target) {
  auto opaque = std::make_shared<EventTarget>(target);
  Check(virConnectRegisterCloseCallback(connection.Get(), OnClose, opaque.get(), nullptr));
  connection.Owner()->SetCloseCallback(OnClose, std::move(opaque));
  return {};
}

Napi::Value OnEvent(const Napi::CallbackInfo& info) {
  Environment::Of(info.Env())->SetEventHandler(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Value Retain(const Napi::CallbackInfo& info) {
  Environment::Of(info.Env())->Retain(info.Env());
  return info.Env().Undefined();
}

Napi::Value Release(const Napi::CallbackInfo& info) {
  Environment::Of(info.Env())->Release(info.Env());
  return info.Env().Undefined();
}

}  // namespace

void BindEvents(Napi::Object exports) {
  const Napi::Env env = exports.Env();
  Bind(exports, "connectDomainEventRegisterAny", {"connection", "domain", "eventId", "listener"},
       RegisterAny);
  Bind(exports, "connectDomainEventDeregisterAny", {"connection", "callbackId"},
       [](const Connection::Lease& connection, int32_t callback_id) {
         Check(virConnectDomainEventDeregisterAny(connection.Get(), callback_id));
         connection.Owner()->RemoveRegistration(callback_id);
         return Nothing();
       });
  Bind(exports, "connectRegisterCloseCallback", {"connection", "listener"}, RegisterClose);
  exports.Set("onEvent", Napi::Function::New(env, OnEvent, "onEvent"));
  exports.Set("retain", Napi::Function::New(env, Retain, "retain"));
  exports.Set("release", Napi::Function::New(env, Release, "release"));
}

}  // namespace precopy
