#pragma once

#include <libvirt/libvirt.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "handles.h"

namespace precopy {

class Domain;

/// The function of libvirt that ends a registration: each kind of event has its own.
using Deregister = int(virConnectPtr, int);
/// By libvirt's number, of which it gives none twice on one connection, whatever the kind.
using Registrations = std::unordered_map<int, Deregister*>;

/// A connection and everything that lives on it. virConnectClose only closes when no call, no event
/// registration and no domain holds a reference any more, so all of them are counted here and released first.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// One call in flight. The pointer stays valid for as long as the lease lives.
  class Lease {
   public:
    /// Fails at once on a connection that is closed or closing.
    explicit Lease(std::shared_ptr<Connection> connection);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) = delete;
    ~Lease();

    [[nodiscard]] virConnectPtr Get() const { return connection_->pointer_; }
    [[nodiscard]] const std::shared_ptr<Connection>& Owner() const { return connection_; }

   private:
    std::shared_ptr<Connection> connection_;
  };

  explicit Connection(virConnectPtr pointer) : pointer_(pointer) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  /// Closing may do network I/O and this may run in a finalizer: hands the pointer to a thread of the pool.
  ~Connection();

  /// From here on no new call is accepted. True for the first caller.
  bool BeginClose();
  /// Blocks until the calls in flight have ended, then releases everything. After BeginClose.
  void FinishClose();

  void AddRegistration(int callback_id, Deregister* deregister);
  void RemoveRegistration(int callback_id);
  /// `opaque` is what the callback is called with: kept until the connection is closed.
  void SetCloseCallback(virConnectCloseFunc callback, std::shared_ptr<void> opaque);

 private:
  friend class Domain;

  std::mutex mutex_;
  std::condition_variable idle_;
  virConnectPtr pointer_;
  int leases_ = 0;
  bool closing_ = false;
  Registrations registrations_;
  virConnectCloseFunc close_callback_ = nullptr;
  std::shared_ptr<void> close_opaque_;
  std::unordered_set<Domain*> domains_;
};

/// A domain on a connection, which it keeps alive. Its pointer is null once the connection is closed.
class Domain {
 public:
  /// One call in flight on a domain and so on its connection.
  class Lease {
   public:
    explicit Lease(std::shared_ptr<Domain> domain);

    [[nodiscard]] virDomainPtr Get() const { return domain_->reference_.get(); }
    [[nodiscard]] const Connection::Lease& OnConnection() const { return connection_; }

   private:
    std::shared_ptr<Domain> domain_;
    Connection::Lease connection_;
  };

  /// Only while a lease on the connection is held.
  Domain(std::shared_ptr<Connection> connection, DomainReference reference);
  Domain(const Domain&) = delete;
  Domain& operator=(const Domain&) = delete;
  Domain(Domain&&) = delete;
  Domain& operator=(Domain&&) = delete;
  ~Domain();

  [[nodiscard]] const std::string& Name() const { return name_; }
  [[nodiscard]] const std::string& Uuid() const { return uuid_; }

 private:
  friend class Connection;

  std::shared_ptr<Connection> connection_;
  DomainReference reference_;
  std::string name_;
  std::string uuid_;
};

/// Takes over a domain that libvirt has returned for a call on this connection; null means that the call
/// failed.
inline std::shared_ptr<Domain> Adopt(const Connection::Lease& connection, virDomainPtr domain) {
  return std::make_shared<Domain>(connection.Owner(), DomainReference(CheckPointer(domain)));
}

}  // namespace precopy
