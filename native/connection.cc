#include "connection.h"

#include <array>
#include <utility>
#include <vector>

#include "worker_pool.h"

namespace precopy {

namespace {

/// What has to go, in this order, before libvirt really closes a connection.
void Dismantle(virConnectPtr pointer, const Registrations& registrations,
               virConnectCloseFunc close_callback) {
  for (const auto& [callback_id, deregister] : registrations) deregister(pointer, callback_id);
  if (close_callback != nullptr) virConnectUnregisterCloseCallback(pointer, close_callback);
  virConnectClose(pointer);
}

}  // namespace

Connection::Lease::Lease(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {
  const std::lock_guard lock(connection_->mutex_);
  if (connection_->closing_) throw Failure::Closed();
  ++connection_->leases_;
}

Connection::Lease::~Lease() {
  if (!connection_) return;
  const std::lock_guard lock(connection_->mutex_);
  if (--connection_->leases_ == 0) connection_->idle_.notify_all();
}

Connection::~Connection() {
  if (pointer_ == nullptr) return;
  try {
    WorkerPool::Instance().Run(
        {[pointer = pointer_, registrations = std::move(registrations_), close_callback = close_callback_,
          close_opaque = std::move(close_opaque_)] { Dismantle(pointer, registrations, close_callback); },
         nullptr});
  } catch (const std::exception&) {
    // No thread to be had: the connection stays open until the process ends, which is better than blocking
    // here.
  }
}

bool Connection::BeginClose() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(closing_, true);
}

void Connection::FinishClose() {
  std::vector<DomainReference> domains;
  Registrations registrations;
  virConnectPtr pointer = nullptr;
  {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return leases_ == 0; });
    for (Domain* domain : domains_) domains.push_back(std::move(domain->reference_));
    domains_.clear();
    registrations.swap(registrations_);
    pointer = std::exchange(pointer_, nullptr);
  }
  domains.clear();
  Dismantle(pointer, registrations, close_callback_);
}

void Connection::AddRegistration(int callback_id, Deregister* deregister) {
  const std::lock_guard lock(mutex_);
  registrations_.emplace(callback_id, deregister);
}

void Connection::RemoveRegistration(int callback_id) {
  const std::lock_guard lock(mutex_);
  registrations_.erase(callback_id);
}

void Connection::SetCloseCallback(virConnectCloseFunc callback, std::shared_ptr<void> opaque) {
  const std::lock_guard lock(mutex_);
  close_callback_ = callback;
  close_opaque_ = std::move(opaque);
}

Domain::Lease::Lease(std::shared_ptr<Domain> domain)
    : domain_(std::move(domain)), connection_(domain_->connection_) {}

Domain::Domain(std::shared_ptr<Connection> connection, DomainReference reference)
    : connection_(std::move(connection)), reference_(std::move(reference)) {
  name_ = CheckPointer(virDomainGetName(reference_.get()));
  std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
  Check(virDomainGetUUIDString(reference_.get(), uuid.data()));
  uuid_ = uuid.data();
  const std::lock_guard lock(connection_->mutex_);
  connection_->domains_.insert(this);
}

Domain::~Domain() {
  const std::lock_guard lock(connection_->mutex_);
  connection_->domains_.erase(this);
  // Never the last reference on the connection, which has one of its own: so this does no I/O.
  reference_.reset();
}

}  // namespace precopy
