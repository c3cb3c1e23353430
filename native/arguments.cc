#include "arguments.h"

#include <cmath>
#include <limits>

namespace precopy {

namespace {

// Random numbers, one pair for each kind of handle, by which Node-API tells them apart from foreign objects.
constexpr napi_type_tag kConnectionTag = {0x6f1d8e2b94c54f03, 0x9d27ab35e8610c4e};
constexpr napi_type_tag kDomainTag = {0x1f6a3f4c2be94d77, 0xb8e05d9a7c134286};

/// Doubles are exact up to here.
constexpr double kLargestInteger = 9007199254740992.0;

double Integer(const Napi::Value& value, const char* name, double low, double high) {
  const auto range = [&] {
    return "an integer from " + std::to_string(static_cast<int64_t>(low)) + " to " +
           std::to_string(static_cast<int64_t>(high));
  };
  if (!value.IsNumber()) throw Failure::Argument(name, range());
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= low && number <= high) || std::trunc(number) != number)
    throw Failure::Argument(name, range());
  return number;
}

template <typename T>
Napi::Value Wrap(Napi::Env env, std::shared_ptr<T> handle, const napi_type_tag& tag) {
  Napi::Object object = Napi::Object::New(env);
  object.TypeTag(&tag);
  auto owner = std::make_unique<std::shared_ptr<T>>(std::move(handle));
  const auto finalize = [](napi_env, void* data, void*) {
    const std::unique_ptr<std::shared_ptr<T>> last(static_cast<std::shared_ptr<T>*>(data));
  };
  if (napi_wrap(env, object, owner.get(), finalize, nullptr, nullptr) != napi_ok) throw Napi::Error::New(env);
  static_cast<void>(owner.release());  // the finalizer's from here on
  return object;
}

template <typename T>
std::shared_ptr<T> Unwrap(const Napi::Value& value, const napi_type_tag& tag, const char* name,
                          const char* kind) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&tag)) throw Failure::Argument(name, kind);
  void* data = nullptr;
  if (napi_unwrap(value.Env(), value, &data) != napi_ok) throw Failure::Argument(name, kind);
  return *static_cast<std::shared_ptr<T>*>(data);
}

std::shared_ptr<Connection> UnwrapConnection(const Napi::Value& value, const char* name) {
  return Unwrap<Connection>(value, kConnectionTag, name, "a connection");
}

}  // namespace

std::string Argument<std::string>::From(const Napi::Value& value, const char* name) {
  if (!value.IsString()) throw Failure::Argument(name, "a string");
  std::string text = value.As<Napi::String>().Utf8Value();
  // libvirt would silently see only what comes before it.
  if (text.find('\0') != std::string::npos) throw Failure::Argument(name, "a string without NUL characters");
  return text;
}

bool Argument<bool>::From(const Napi::Value& value, const char* name) {
  if (!value.IsBoolean()) throw Failure::Argument(name, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

double Argument<double>::From(const Napi::Value& value, const char* name) {
  if (!value.IsNumber()) throw Failure::Argument(name, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int32_t Argument<int32_t>::From(const Napi::Value& value, const char* name) {
  using Limits = std::numeric_limits<int32_t>;
  return static_cast<int32_t>(Integer(value, name, Limits::min(), Limits::max()));
}

uint32_t Argument<uint32_t>::From(const Napi::Value& value, const char* name) {
  return static_cast<uint32_t>(Integer(value, name, 0, std::numeric_limits<uint32_t>::max()));
}

int64_t Argument<int64_t>::From(const Napi::Value& value, const char* name) {
  return static_cast<int64_t>(Integer(value, name, -kLargestInteger, kLargestInteger));
}

uint64_t Argument<uint64_t>::From(const Napi::Value& value, const char* name) {
  return static_cast<uint64_t>(Integer(value, name, 0, kLargestInteger));
}

ClosingConnection Argument<ClosingConnection>::From(const Napi::Value& value, const char* name) {
  auto connection = UnwrapConnection(value, name);
  if (!connection->BeginClose()) throw Failure::Closed();
  return {std::move(connection)};
}

Connection::Lease Argument<Connection::Lease>::From(const Napi::Value& value, const char* name) {
  return Connection::Lease(UnwrapConnection(value, name));
}

Domain::Lease Argument<Domain::Lease>::From(const Napi::Value& value, const char* name) {
  return Domain::Lease(Unwrap<Domain>(value, kDomainTag, name, "a domain"));
}

std::vector<const char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<const char*> pointers;
  pointers.reserve(strings.size());
  for (const std::string& string : strings) pointers.push_back(string.c_str());
  return pointers;
}

Napi::Value WrapConnection(Napi::Env env, std::shared_ptr<Connection> connection) {
  return Wrap(env, std::move(connection), kConnectionTag);
}

Napi::Value WrapDomain(Napi::Env env, std::shared_ptr<Domain> domain) {
  return Wrap(env, std::move(domain), kDomainTag);
}

}  // namespace precopy
