#include <libvirt/libvirt.h>

#include "call.h"

namespace precopy {

namespace {

using ConnectText = char* (*)(virConnectPtr);
using ConnectVersion = int (*)(virConnectPtr, unsigned long*);

void BindConnectText(Napi::Object exports, const char* name, ConnectText function) {
  Bind(exports, name, {"connection"},
       [function](const Connection::Lease& connection) { return TakeString(function(connection.Get())); });
}

void BindConnectVersion(Napi::Object exports, const char* name, ConnectVersion function) {
  Bind(exports, name, {"connection"}, [function](const Connection::Lease& connection) {
    unsigned long version = 0;
    Check(function(connection.Get(), &version));
    return static_cast<double>(version);
  });
}

void BindIdentity(Napi::Object exports) {
  BindConnectText(exports, "connectGetHostname", virConnectGetHostname);
  BindConnectText(exports, "connectGetURI", virConnectGetURI);
  BindConnectText(exports, "connectGetCapabilities", virConnectGetCapabilities);
  BindConnectVersion(exports, "connectGetVersion", virConnectGetVersion);
  BindConnectVersion(exports, "connectGetLibVersion", virConnectGetLibVersion);
  Bind(exports, "getVersion", {}, [] {
    unsigned long version = 0;
    Check(virGetVersion(&version, nullptr, nullptr));
    return static_cast<double>(version);
  });
  Bind(exports, "connectGetType", {"connection"}, [](const Connection::Lease& connection) {
    return std::string(CheckPointer(virConnectGetType(connection.Get())));
  });
  Bind(exports, "connectGetSysinfo", {"connection", "flags"},
       [](const Connection::Lease& connection, uint32_t flags) {
         return TakeString(virConnectGetSysinfo(connection.Get(), flags));
       });
  Bind(exports, "connectGetMaxVcpus", {"connection", "type"},
       [](const Connection::Lease& connection, const std::optional<std::string>& type) {
         return static_cast<double>(Check(virConnectGetMaxVcpus(connection.Get(), OrNull(type))));
       });
  Bind(exports, "connectGetDomainCapabilities",
       {"connection", "emulator", "architecture", "machine", "virtualizationType", "flags"},
       [](const Connection::Lease& connection, const std::optional<std::string>& emulator,
          const std::optional<std::string>& architecture, const std::optional<std::string>& machine,
          const std::optional<std::string>& type, uint32_t flags) {
         return TakeString(virConnectGetDomainCapabilities(
             connection.Get(), OrNull(emulator), OrNull(architecture), OrNull(machine), OrNull(type), flags));
       });
}

void BindCpuComparison(Napi::Object exports) {
  Bind(exports, "connectCompareCPU", {"connection", "xml", "flags"},
       [](const Connection::Lease& connection, const std::string& xml, uint32_t flags) {
         return static_cast<double>(Check(virConnectCompareCPU(connection.Get(), xml.c_str(), flags)));
       });
  Bind(exports, "connectCompareHypervisorCPU",
       {"connection", "emulator", "architecture", "machine", "virtualizationType", "xml", "flags"},
       [](const Connection::Lease& connection, const std::optional<std::string>& emulator,
          const std::optional<std::string>& architecture, const std::optional<std::string>& machine,
          const std::optional<std::string>& type, const std::string& xml, uint32_t flags) {
         return static_cast<double>(
             Check(virConnectCompareHypervisorCPU(connection.Get(), OrNull(emulator), OrNull(architecture),
                                                  OrNull(machine), OrNull(type), xml.c_str(), flags)));
       });
  Bind(exports, "connectBaselineCPU", {"connection", "xmls", "flags"},
       [](const Connection::Lease& connection, const std::vector<std::string>& xmls, uint32_t flags) {
         std::vector<const char*> pointers = Pointers(xmls);
         return TakeString(virConnectBaselineCPU(connection.Get(), pointers.data(),
                                                 static_cast<unsigned int>(pointers.size()), flags));
       });
  Bind(exports, "connectBaselineHypervisorCPU",
       {"connection", "emulator", "architecture", "machine", "virtualizationType", "xmls", "flags"},
       [](const Connection::Lease& connection, const std::optional<std::string>& emulator,
          const std::optional<std::string>& architecture, const std::optional<std::string>& machine,
          const std::optional<std::string>& type, const std::vector<std::string>& xmls, uint32_t flags) {
         std::vector<const char*> pointers = Pointers(xmls);
         return TakeString(virConnectBaselineHypervisorCPU(
             connection.Get(), OrNull(emulator), OrNull(architecture), OrNull(machine), OrNull(type),
             pointers.data(), static_cast<unsigned int>(pointers.size()), flags));
       });
  Bind(exports, "connectGetCPUModelNames", {"connection", "architecture", "flags"},
       [](const Connection::Lease& connection, const std::string& architecture, uint32_t flags) {
         char** models = nullptr;
         const int count =
             Check(virConnectGetCPUModelNames(connection.Get(), architecture.c_str(), &models, flags));
         const std::unique_ptr<char*, FreeMemory> owner(models);
         const std::vector<LibvirtString> owners(models, models + count);
         return std::vector<std::string>(models, models + count);
       });
}

Record NodeInfo(const Connection::Lease& connection) {
  virNodeInfo info = {};
  Check(virNodeGetInfo(connection.Get(), &info));
  return {{"model", Text(static_cast<const char*>(info.model))},
          {"memoryKibibytes", Count(info.memory)},
          {"cpus", Count(info.cpus)},
          {"mhz", Count(info.mhz)},
          {"nodes", Count(info.nodes)},
          {"sockets", Count(info.sockets)},
          {"cores", Count(info.cores)},
          {"threads", Count(info.threads)}};
}

/// virNodeGetCPUStats and virNodeGetMemoryStats: named 64-bit counters, asked for twice like typed
/// parameters.
template <typename Item, typename Get>
Record Counters(const Get& get) {
  int count = 0;
  Check(get(nullptr, &count));
  std::vector<Item> items(static_cast<size_t>(count));
  if (count > 0) Check(get(items.data(), &count));
  Record record;
  for (int i = 0; i < count; ++i) {
    const Item& item = items[static_cast<size_t>(i)];
    record.emplace_back(static_cast<const char*>(item.field), Count(item.value));
  }
  return record;
}

void BindNode(Napi::Object exports) {
  Bind(exports, "nodeGetInfo", {"connection"}, NodeInfo);
  Bind(exports, "nodeGetFreeMemory", {"connection"}, [](const Connection::Lease& connection) {
    const unsigned long long bytes = virNodeGetFreeMemory(connection.Get());
    if (bytes == 0) throw Failure::Libvirt();
    return static_cast<double>(bytes);
  });
  Bind(exports, "nodeGetCellsFreeMemory", {"connection", "startCell", "maxCells"},
       [](const Connection::Lease& connection, int32_t start, uint32_t limit) {
         std::vector<unsigned long long> bytes(limit);
         const int count = Check(virNodeGetCellsFreeMemory(connection.Get(), bytes.data(), start,
                                                           static_cast<int>(bytes.size())));
         return std::vector<double>(bytes.begin(), bytes.begin() + count);
       });
  Bind(exports, "nodeGetFreePages", {"connection", "pageSizesKibibytes", "startCell", "cellCount", "flags"},
       [](const Connection::Lease& connection, std::vector<uint32_t> sizes, int32_t start, uint32_t cells,
          uint32_t flags) {
         std::vector<unsigned long long> counts(sizes.size() * cells);
         Check(virNodeGetFreePages(connection.Get(), static_cast<unsigned int>(sizes.size()), sizes.data(),
                                   start, cells, counts.data(), flags));
         return std::vector<double>(counts.begin(), counts.end());
       });
  Bind(exports, "nodeGetCPUStats", {"connection", "cpu", "flags"},
       [](const Connection::Lease& connection, int32_t cpu, uint32_t flags) {
         return Counters<virNodeCPUStats>([&](virNodeCPUStatsPtr items, int* count) {
           return virNodeGetCPUStats(connection.Get(), cpu, items, count, flags);
         });
       });
  Bind(exports, "nodeGetMemoryStats", {"connection", "cell", "flags"},
       [](const Connection::Lease& connection, int32_t cell, uint32_t flags) {
         return Counters<virNodeMemoryStats>([&](virNodeMemoryStatsPtr items, int* count) {
           return virNodeGetMemoryStats(connection.Get(), cell, items, count, flags);
         });
       });
}

}  // namespace

void BindHostCalls(Napi::Object exports) {
  BindIdentity(exports);
  BindCpuComparison(exports);
  BindNode(exports);
}

}  // namespace precopy
