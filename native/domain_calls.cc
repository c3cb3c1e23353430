#include <libvirt/libvirt.h>

#include "optional_function.h"
#include "shapes.h"

namespace precopy {

namespace {

/// Since libvirt 11.2.0, newer than the oldest headers we build with.
using GetAutostartOnce = int(virDomainPtr, int*);
using SetAutostartOnce = int(virDomainPtr, int);

Record Info(const Domain::Lease& domain) {
  virDomainInfo info = {};
  Check(virDomainGetInfo(domain.Get(), &info));
  return {{"state", Count(info.state)},
          {"maxMemoryKibibytes", Count(info.maxMem)},
          {"memoryKibibytes", Count(info.memory)},
          {"virtualCpus", Count(info.nrVirtCpu)},
          {"cpuTimeNs", Count(info.cpuTime)}};
}

void BindLooking(Napi::Object exports) {
  Bind(exports, "domainGetState", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    int state = 0;
    int reason = 0;
    Check(virDomainGetState(domain.Get(), &state, &reason, flags));
    return Record{{"state", Count(state)}, {"reason", Count(reason)}};
  });
  Bind(exports, "domainGetInfo", {"domain"}, Info);
  Bind(exports, "domainGetID", {"domain"}, [](const Domain::Lease& domain) -> std::optional<double> {
    const unsigned int id = virDomainGetID(domain.Get());
    if (id == static_cast<unsigned int>(-1)) return std::nullopt;
    return id;
  });
  BindText(exports, "domainGetXMLDesc", virDomainGetXMLDesc);
  BindText(exports, "domainGetHostname", virDomainGetHostname);
  BindQuestion(exports, "domainIsActive", virDomainIsActive);
  BindQuestion(exports, "domainIsPersistent", virDomainIsPersistent);
  BindQuestion(exports, "domainIsUpdated", virDomainIsUpdated);
  Bind(exports, "domainGetOSType", {"domain"},
       [](const Domain::Lease& domain) { return TakeString(virDomainGetOSType(domain.Get())); });
  Bind(exports, "domainGetControlInfo", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    virDomainControlInfo info = {};
    Check(virDomainGetControlInfo(domain.Get(), &info, flags));
    return Record{{"state", Count(info.state)},
                  {"details", Count(info.details)},
                  {"stateTimeMs", Count(info.stateTime)}};
  });
  Bind(exports, "domainGetMessages", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    char** messages = nullptr;
    const int count = Check(virDomainGetMessages(domain.Get(), &messages, flags));
    const std::unique_ptr<char*, FreeMemory> owner(messages);
    const std::vector<LibvirtString> owners(messages, messages + count);
    return std::vector<std::string>(messages, messages + count);
  });
}

void BindLife(Napi::Object exports) {
  BindFlagsAction(exports, "domainCreateWithFlags", virDomainCreateWithFlags);
  BindAction(exports, "domainSuspend", virDomainSuspend);
  BindAction(exports, "domainResume", virDomainResume);
  BindFlagsAction(exports, "domainDestroyFlags", virDomainDestroyFlags);
  BindFlagsAction(exports, "domainShutdownFlags", virDomainShutdownFlags);
  BindFlagsAction(exports, "domainReboot", virDomainReboot);
  BindFlagsAction(exports, "domainReset", virDomainReset);
  BindFlagsAction(exports, "domainUndefineFlags", virDomainUndefineFlags);
  BindXmlAction(exports, "domainAttachDeviceFlags", virDomainAttachDeviceFlags);
  BindXmlAction(exports, "domainDetachDeviceFlags", virDomainDetachDeviceFlags);
  BindXmlAction(exports, "domainDetachDeviceAlias", virDomainDetachDeviceAlias);
  BindXmlAction(exports, "domainUpdateDeviceFlags", virDomainUpdateDeviceFlags);
}

void BindSaving(Napi::Object exports) {
  Bind(exports, "domainSaveFlags", {"domain", "file", "destinationXml", "flags"},
       [](const Domain::Lease& domain, const std::string& file, const std::optional<std::string>& xml,
          uint32_t flags) {
         Check(virDomainSaveFlags(domain.Get(), file.c_str(), OrNull(xml), flags));
         return Nothing();
       });
  BindTypedSetter(exports, "domainSaveParams", virDomainSaveParams);
  BindFlagsAction(exports, "domainManagedSave", virDomainManagedSave);
  BindFlagsAction(exports, "domainManagedSaveRemove", virDomainManagedSaveRemove);
  BindText(exports, "domainManagedSaveGetXMLDesc", virDomainManagedSaveGetXMLDesc);
  BindXmlAction(exports, "domainManagedSaveDefineXML", virDomainManagedSaveDefineXML);
  Bind(exports, "domainHasManagedSaveImage", {"domain", "flags"},
       [](const Domain::Lease& domain, uint32_t flags) {
         return Check(virDomainHasManagedSaveImage(domain.Get(), flags)) != 0;
       });
}

void BindAutostart(Napi::Object exports) {
  Bind(exports, "domainGetAutostart", {"domain"}, [](const Domain::Lease& domain) {
    int enabled = 0;
    Check(virDomainGetAutostart(domain.Get(), &enabled));
    return enabled != 0;
  });
  Bind(exports, "domainSetAutostart", {"domain", "enabled"}, [](const Domain::Lease& domain, bool enabled) {
    Check(virDomainSetAutostart(domain.Get(), enabled ? 1 : 0));
    return Nothing();
  });
  Bind(exports, "domainGetAutostartOnce", {"domain"}, [](const Domain::Lease& domain) {
    auto* const get = Require<GetAutostartOnce>(kLibvirt, "virDomainGetAutostartOnce", "11.2.0");
    int enabled = 0;
    Check(get(domain.Get(), &enabled));
    return enabled != 0;
  });
  Bind(exports, "domainSetAutostartOnce", {"domain", "enabled"},
       [](const Domain::Lease& domain, bool enabled) {
         auto* const set = Require<SetAutostartOnce>(kLibvirt, "virDomainSetAutostartOnce", "11.2.0");
         Check(set(domain.Get(), enabled ? 1 : 0));
         return Nothing();
       });
}

}  // namespace

void BindDomainCalls(Napi::Object exports) {
  BindLooking(exports);
  BindLife(exports);
  BindSaving(exports);
  BindAutostart(exports);
}

}  // namespace precopy
