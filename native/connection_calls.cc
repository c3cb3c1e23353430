#include <libvirt/libvirt.h>

#include <cstring>

#include "call.h"
#include "results.h"

namespace precopy {

namespace {

/// What the caller has given to answer libvirt's questions when it opens a connection.
struct Credentials {
  std::optional<std::string> username;
  std::optional<std::string> authname;
  std::optional<std::string> password;
  std::optional<std::string> realm;

  [[nodiscard]] const std::optional<std::string>* For(int type) const {
    switch (type) {
      case VIR_CRED_USERNAME:
        return &username;
      case VIR_CRED_AUTHNAME:
        return authname.has_value() ? &authname : &username;
      case VIR_CRED_PASSPHRASE:
      case VIR_CRED_NOECHOPROMPT:
        return &password;
      case VIR_CRED_REALM:
        return &realm;
      default:
        return nullptr;
    }
  }
};

int Answer(virConnectCredentialPtr questions, unsigned int count, void* opaque) {
  const auto* credentials = static_cast<const Credentials*>(opaque);
  for (unsigned int i = 0; i < count; ++i) {
    virConnectCredential& question = questions[i];
    const std::optional<std::string>* answer = credentials->For(question.type);
    const char* text = question.defresult;
    if (answer != nullptr && answer->has_value()) text = (*answer)->c_str();
    if (text == nullptr) return -1;
    question.result = strdup(text);  // libvirt frees it
    question.resultlen = static_cast<unsigned int>(std::strlen(text));
  }
  return 0;
}

std::shared_ptr<Connection> Open(const std::string& uri, uint32_t flags, Credentials credentials) {
  int types[] = {VIR_CRED_USERNAME, VIR_CRED_AUTHNAME, VIR_CRED_PASSPHRASE, VIR_CRED_NOECHOPROMPT,
                 VIR_CRED_REALM};
  virConnectAuth auth = {types, static_cast<unsigned int>(std::size(types)), Answer, &credentials};
  return std::make_shared<Connection>(CheckPointer(virConnectOpenAuth(uri.c_str(), &auth, flags)));
}

void BindOpening(Napi::Object exports) {
  Bind(exports, "connectOpen",
       {"uri", "flags", "auth.username", "auth.authname", "auth.password", "auth.realm"},
       [](const std::string& uri, uint32_t flags, const std::optional<std::string>& username,
          const std::optional<std::string>& authname, const std::optional<std::string>& password,
          const std::optional<std::string>& realm) {
         return Open(uri, flags, {username, authname, password, realm});
       });
  Bind(exports, "connectClose", {"connection"}, [](const ClosingConnection& closing) {
    closing.connection->FinishClose();
    return Nothing();
  });
  Bind(exports, "connectSetKeepAlive", {"connection", "intervalSeconds", "count"},
       [](const Connection::Lease& connection, int32_t interval, uint32_t count) {
         // 1 means that the other side does not know keepalive.
         return Check(virConnectSetKeepAlive(connection.Get(), interval, count)) == 0;
       });
  Bind(exports, "connectIsAlive", {"connection"},
       [](const Connection::Lease& connection) { return Check(virConnectIsAlive(connection.Get())) != 0; });
  Bind(exports, "connectIsEncrypted", {"connection"}, [](const Connection::Lease& connection) {
    return Check(virConnectIsEncrypted(connection.Get())) != 0;
  });
  Bind(exports, "connectIsSecure", {"connection"},
       [](const Connection::Lease& connection) { return Check(virConnectIsSecure(connection.Get())) != 0; });
}

void BindFinding(Napi::Object exports) {
  Bind(exports, "domainLookupByName", {"connection", "name"},
       [](const Connection::Lease& connection, const std::string& name) {
         return Adopt(connection, virDomainLookupByName(connection.Get(), name.c_str()));
       });
  Bind(exports, "domainLookupByUUIDString", {"connection", "uuid"},
       [](const Connection::Lease& connection, const std::string& uuid) {
         return Adopt(connection, virDomainLookupByUUIDString(connection.Get(), uuid.c_str()));
       });
  Bind(exports, "domainLookupByID", {"connection", "id"},
       [](const Connection::Lease& connection, int32_t id) {
         return Adopt(connection, virDomainLookupByID(connection.Get(), id));
       });
  Bind(exports, "connectListAllDomains", {"connection", "flags"},
       [](const Connection::Lease& connection, uint32_t flags) {
         virDomainPtr* list = nullptr;
         const int count = Check(virConnectListAllDomains(connection.Get(), &list, flags));
         const std::unique_ptr<virDomainPtr, FreeMemory> owner(list);
         std::vector<DomainReference> references(list, list + count);
         std::vector<std::shared_ptr<Domain>> domains;
         domains.reserve(references.size());
         for (auto& reference : references) domains.push_back(Adopt(connection, reference.release()));
         return domains;
       });
}

void BindMaking(Napi::Object exports) {
  Bind(exports, "domainCreateXML", {"connection", "xml", "flags"},
       [](const Connection::Lease& connection, const std::string& xml, uint32_t flags) {
         return Adopt(connection, virDomainCreateXML(connection.Get(), xml.c_str(), flags));
       });
  Bind(exports, "domainDefineXMLFlags", {"connection", "xml", "flags"},
       [](const Connection::Lease& connection, const std::string& xml, uint32_t flags) {
         return Adopt(connection, virDomainDefineXMLFlags(connection.Get(), xml.c_str(), flags));
       });
  Bind(exports, "domainRestoreFlags", {"connection", "file", "destinationXml", "flags"},
       [](const Connection::Lease& connection, const std::string& file, const std::optional<std::string>& xml,
          uint32_t flags) {
         Check(virDomainRestoreFlags(connection.Get(), file.c_str(), OrNull(xml), flags));
         return Nothing();
       });
  Bind(exports, "domainRestoreParams", {"connection", "parameters", "flags"},
       [](const Connection::Lease& connection, const TypedParameters& parameters, uint32_t flags) {
         Check(virDomainRestoreParams(connection.Get(), parameters.Get(), parameters.Count(), flags));
         return Nothing();
       });
  Bind(exports, "domainSaveImageGetXMLDesc", {"connection", "file", "flags"},
       [](const Connection::Lease& connection, const std::string& file, uint32_t flags) {
         return TakeString(virDomainSaveImageGetXMLDesc(connection.Get(), file.c_str(), flags));
       });
  Bind(exports, "domainSaveImageDefineXML", {"connection", "file", "xml", "flags"},
       [](const Connection::Lease& connection, const std::string& file, const std::string& xml,
          uint32_t flags) {
         Check(virDomainSaveImageDefineXML(connection.Get(), file.c_str(), xml.c_str(), flags));
         return Nothing();
       });
}

}  // namespace

void BindConnectionCalls(Napi::Object exports) {
  BindOpening(exports);
  BindFinding(exports);
  BindMaking(exports);
}

}  // namespace precopy
