#include <libvirt/libvirt.h>

#include "optional_function.h"
#include "shapes.h"

namespace precopy {

namespace {

/// In libvirt-qemu, a library of its own that need not be installed.
using QemuMonitorCommand = int(virDomainPtr, const char*, char**, unsigned int);

void BindMigrating(Napi::Object exports) {
  Bind(exports, "domainMigrate3", {"domain", "destination", "parameters", "flags"},
       [](const Domain::Lease& domain, const Connection::Lease& destination,
          const TypedParameters& parameters, uint32_t flags) {
         return Adopt(destination, virDomainMigrate3(domain.Get(), destination.Get(), parameters.Get(),
                                                     static_cast<unsigned int>(parameters.Count()), flags));
       });
  Bind(exports, "domainMigrateToURI3", {"domain", "destinationUri", "parameters", "flags"},
       [](const Domain::Lease& domain, const std::optional<std::string>& uri,
          const TypedParameters& parameters, uint32_t flags) {
         Check(virDomainMigrateToURI3(domain.Get(), OrNull(uri), parameters.Get(),
                                      static_cast<unsigned int>(parameters.Count()), flags));
         return Nothing();
       });
  BindFlagsAction(exports, "domainMigrateStartPostCopy", virDomainMigrateStartPostCopy);
  BindAction(exports, "domainAbortJob", virDomainAbortJob);
  BindFlagsAction(exports, "domainAbortJobFlags", virDomainAbortJobFlags);
}

Record JobInfo(const Domain::Lease& domain) {
  virDomainJobInfo info = {};
  Check(virDomainGetJobInfo(domain.Get(), &info));
  return {{"type", Count(info.type)},
          {"elapsedMs", Count(info.timeElapsed)},
          {"remainingMs", Count(info.timeRemaining)},
          {"dataTotalBytes", Count(info.dataTotal)},
          {"dataProcessedBytes", Count(info.dataProcessed)},
          {"dataRemainingBytes", Count(info.dataRemaining)},
          {"memoryTotalBytes", Count(info.memTotal)},
          {"memoryProcessedBytes", Count(info.memProcessed)},
          {"memoryRemainingBytes", Count(info.memRemaining)},
          {"fileTotalBytes", Count(info.fileTotal)},
          {"fileProcessedBytes", Count(info.fileProcessed)},
          {"fileRemainingBytes", Count(info.fileRemaining)}};
}

/// The type of a job beside its statistics.
struct JobStats {
  int type = 0;
  TypedParameters values;
};

Napi::Value ToJs(Napi::Env env, const JobStats& stats) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("type", stats.type);
  object.Set("values", stats.values.ToJs(env));
  return object;
}

void BindJob(Napi::Object exports) {
  Bind(exports, "domainGetJobInfo", {"domain"}, JobInfo);
  Bind(exports, "domainGetJobStats", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    JobStats stats;
    Check(virDomainGetJobStats(domain.Get(), &stats.type, stats.values.OutItems(), stats.values.OutCount(),
                               flags));
    return stats;
  });
}

void BindLimits(Napi::Object exports) {
  Bind(exports, "domainMigrateGetMaxDowntime", {"domain", "flags"},
       [](const Domain::Lease& domain, uint32_t flags) {
         unsigned long long milliseconds = 0;
         Check(virDomainMigrateGetMaxDowntime(domain.Get(), &milliseconds, flags));
         return static_cast<double>(milliseconds);
       });
  Bind(exports, "domainMigrateSetMaxDowntime", {"domain", "milliseconds", "flags"},
       [](const Domain::Lease& domain, uint64_t milliseconds, uint32_t flags) {
         Check(virDomainMigrateSetMaxDowntime(domain.Get(), milliseconds, flags));
         return Nothing();
       });
  Bind(exports, "domainMigrateGetMaxSpeed", {"domain", "flags"},
       [](const Domain::Lease& domain, uint32_t flags) {
         unsigned long bandwidth = 0;
         Check(virDomainMigrateGetMaxSpeed(domain.Get(), &bandwidth, flags));
         return static_cast<double>(bandwidth);
       });
  Bind(exports, "domainMigrateSetMaxSpeed", {"domain", "mebibytesPerSecond", "flags"},
       [](const Domain::Lease& domain, uint64_t bandwidth, uint32_t flags) {
         Check(virDomainMigrateSetMaxSpeed(domain.Get(), bandwidth, flags));
         return Nothing();
       });
  Bind(exports, "domainMigrateGetCompressionCache", {"domain", "flags"},
       [](const Domain::Lease& domain, uint32_t flags) {
         unsigned long long bytes = 0;
         Check(virDomainMigrateGetCompressionCache(domain.Get(), &bytes, flags));
         return static_cast<double>(bytes);
       });
  Bind(exports, "domainMigrateSetCompressionCache", {"domain", "bytes", "flags"},
       [](const Domain::Lease& domain, uint64_t bytes, uint32_t flags) {
         Check(virDomainMigrateSetCompressionCache(domain.Get(), bytes, flags));
         return Nothing();
       });
}

}  // namespace

void BindDomainMigrationCalls(Napi::Object exports) {
  BindMigrating(exports);
  BindJob(exports);
  BindLimits(exports);
  Bind(exports, "domainStartDirtyRateCalc", {"domain", "seconds", "flags"},
       [](const Domain::Lease& domain, int32_t seconds, uint32_t flags) {
         Check(virDomainStartDirtyRateCalc(domain.Get(), seconds, flags));
         return Nothing();
       });
  Bind(exports, "domainQemuMonitorCommand", {"domain", "command", "flags"},
       [](const Domain::Lease& domain, const std::string& command, uint32_t flags) {
         auto* const run = Require<QemuMonitorCommand>(kLibvirtQemu, "virDomainQemuMonitorCommand", "0.8.3");
         char* answer = nullptr;
         Check(run(domain.Get(), command.c_str(), &answer, flags));
         return TakeString(answer);
       });
}

}  // namespace precopy
