#include <libvirt/libvirt.h>

#include <array>

#include "shapes.h"

namespace precopy {

namespace {

struct FreeStatistics {
  void operator()(virDomainStatsRecordPtr* records) const { virDomainStatsRecordListFree(records); }
};

std::vector<DomainStatistics> TakeStatistics(const Connection::Lease& connection,
                                             virDomainStatsRecordPtr* records, int count) {
  const std::unique_ptr<virDomainStatsRecordPtr, FreeStatistics> owner(records);
  std::vector<DomainStatistics> result;
  result.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    virDomainStatsRecord& record = *records[i];
    Check(virDomainRef(record.dom));
    TypedParameters values;
    std::swap(*values.OutItems(), record.params);
    std::swap(*values.OutCount(), record.nparams);
    result.push_back({Adopt(connection, record.dom), std::move(values)});
  }
  return result;
}

void BindStatistics(Napi::Object exports) {
  Bind(exports, "connectGetAllDomainStats", {"connection", "stats", "flags"},
       [](const Connection::Lease& connection, uint32_t stats, uint32_t flags) {
         virDomainStatsRecordPtr* records = nullptr;
         const int count = Check(virConnectGetAllDomainStats(connection.Get(), stats, &records, flags));
         return TakeStatistics(connection, records, count);
       });
  Bind(exports, "domainListGetStats", {"domains", "stats", "flags"},
       [](const std::vector<Domain::Lease>& domains, uint32_t stats, uint32_t flags) {
         if (domains.empty()) return std::vector<DomainStatistics>();
         std::vector<virDomainPtr> pointers;
         pointers.reserve(domains.size() + 1);
         for (const auto& domain : domains) pointers.push_back(domain.Get());
         pointers.push_back(nullptr);
         virDomainStatsRecordPtr* records = nullptr;
         const int count = Check(virDomainListGetStats(pointers.data(), stats, &records, flags));
         return TakeStatistics(domains.front().OnConnection(), records, count);
       });
  Bind(exports, "domainGetBlockInfo", {"domain", "disk", "flags"},
       [](const Domain::Lease& domain, const std::string& disk, uint32_t flags) {
         virDomainBlockInfo info = {};
         Check(virDomainGetBlockInfo(domain.Get(), disk.c_str(), &info, flags));
         return Record{{"capacityBytes", Count(info.capacity)},
                       {"allocationBytes", Count(info.allocation)},
                       {"physicalBytes", Count(info.physical)}};
       });
  Bind(exports, "domainGetBlockJobInfo", {"domain", "disk", "flags"},
       [](const Domain::Lease& domain, const std::string& disk, uint32_t flags) -> std::optional<Record> {
         virDomainBlockJobInfo info = {};
         if (Check(virDomainGetBlockJobInfo(domain.Get(), disk.c_str(), &info, flags)) == 0)
           return std::nullopt;
         return Record{{"type", Count(info.type)},
                       {"bandwidth", Count(info.bandwidth)},
                       {"current", Count(info.cur)},
                       {"end", Count(info.end)}};
       });
  Bind(exports, "domainMemoryStats", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    std::array<virDomainMemoryStatStruct, 64> stats{};
    const int count = Check(
        virDomainMemoryStats(domain.Get(), stats.data(), static_cast<unsigned int>(stats.size()), flags));
    Record record;
    for (int i = 0; i < count; ++i) {
      const auto& stat = stats.at(static_cast<size_t>(i));
      record.emplace_back(std::to_string(stat.tag), Count(stat.val));
    }
    return record;
  });
}

/// The only getter that has to be told the number of parameters by another function.
TypedParameters SchedulerParameters(const Domain::Lease& domain, uint32_t flags) {
  int count = 0;
  const LibvirtString type(CheckPointer(virDomainGetSchedulerType(domain.Get(), &count)));
  TypedParameters parameters(count);
  Check(virDomainGetSchedulerParametersFlags(domain.Get(), parameters.Get(), parameters.OutCount(), flags));
  return parameters;
}

void BindTunables(Napi::Object exports) {
  Bind(exports, "domainGetSchedulerParametersFlags", {"domain", "flags"}, SchedulerParameters);
  BindTypedSetter(exports, "domainSetSchedulerParametersFlags", virDomainSetSchedulerParametersFlags);
  BindTypedGetter(exports, "domainGetMemoryParameters", virDomainGetMemoryParameters);
  BindTypedSetter(exports, "domainSetMemoryParameters", virDomainSetMemoryParameters);
  BindTypedGetter(exports, "domainGetBlkioParameters", virDomainGetBlkioParameters);
  BindTypedSetter(exports, "domainSetBlkioParameters", virDomainSetBlkioParameters);
  BindTypedGetter(exports, "domainGetNumaParameters", virDomainGetNumaParameters);
  Bind(exports, "domainGetSchedulerType", {"domain"}, [](const Domain::Lease& domain) {
    return TakeString(virDomainGetSchedulerType(domain.Get(), nullptr));
  });
  Bind(exports, "domainSetBlockThreshold", {"domain", "device", "thresholdBytes", "flags"},
       [](const Domain::Lease& domain, const std::string& device, uint64_t threshold, uint32_t flags) {
         Check(virDomainSetBlockThreshold(domain.Get(), device.c_str(), threshold, flags));
         return Nothing();
       });
}

void BindMetadata(Napi::Object exports) {
  Bind(exports, "domainGetMetadata", {"domain", "type", "uri", "flags"},
       [](const Domain::Lease& domain, int32_t type, const std::optional<std::string>& uri, uint32_t flags) {
         return TakeString(virDomainGetMetadata(domain.Get(), type, OrNull(uri), flags));
       });
  Bind(exports, "domainSetMetadata", {"domain", "type", "metadata", "key", "uri", "flags"},
       [](const Domain::Lease& domain, int32_t type, const std::optional<std::string>& metadata,
          const std::optional<std::string>& key, const std::optional<std::string>& uri, uint32_t flags) {
         Check(virDomainSetMetadata(domain.Get(), type, OrNull(metadata), OrNull(key), OrNull(uri), flags));
         return Nothing();
       });
}

void BindGuest(Napi::Object exports) {
  Bind(exports, "domainGetTime", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    long long seconds = 0;
    unsigned int nanoseconds = 0;
    Check(virDomainGetTime(domain.Get(), &seconds, &nanoseconds, flags));
    return Record{{"seconds", Count(seconds)}, {"nanoseconds", Count(nanoseconds)}};
  });
  Bind(exports, "domainSetTime", {"domain", "seconds", "nanoseconds", "flags"},
       [](const Domain::Lease& domain, int64_t seconds, uint32_t nanoseconds, uint32_t flags) {
         Check(virDomainSetTime(domain.Get(), seconds, nanoseconds, flags));
         return Nothing();
       });
  Bind(exports, "domainGetVcpusFlags", {"domain", "flags"}, [](const Domain::Lease& domain, uint32_t flags) {
    return static_cast<double>(Check(virDomainGetVcpusFlags(domain.Get(), flags)));
  });
  Bind(exports, "domainSetMemoryStatsPeriod", {"domain", "seconds", "flags"},
       [](const Domain::Lease& domain, int32_t seconds, uint32_t flags) {
         Check(virDomainSetMemoryStatsPeriod(domain.Get(), seconds, flags));
         return Nothing();
       });
}

}  // namespace

void BindDomainParameterCalls(Napi::Object exports) {
  BindStatistics(exports);
  BindTunables(exports);
  BindMetadata(exports);
  BindGuest(exports);
}

}  // namespace precopy
