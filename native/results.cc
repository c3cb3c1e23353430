#include "results.h"

namespace precopy {

Napi::Value ToJs(Napi::Env env, Nothing /*nothing*/) {
  return env.Undefined();
}

Napi::Value ToJs(Napi::Env env, double number) {
  return Napi::Number::New(env, number);
}

Napi::Value ToJs(Napi::Env env, bool value) {
  return Napi::Boolean::New(env, value);
}

Napi::Value ToJs(Napi::Env env, const std::string& text) {
  return Napi::String::New(env, text);
}

Napi::Value ToJs(Napi::Env env, const Scalar& scalar) {
  return std::visit([env](const auto& value) -> Napi::Value { return ToJs(env, value); }, scalar);
}

Napi::Value ToJs(Napi::Env env, const Record& record) {
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [name, value] : record) object.Set(name, ToJs(env, value));
  return object;
}

Napi::Value ToJs(Napi::Env env, const TypedParameters& parameters) {
  return parameters.ToJs(env);
}

Napi::Value ToJs(Napi::Env env, const std::shared_ptr<Connection>& connection) {
  return WrapConnection(env, connection);
}

Napi::Value ToJs(Napi::Env env, const std::shared_ptr<Domain>& domain) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("handle", WrapDomain(env, domain));
  object.Set("name", domain->Name());
  object.Set("uuid", domain->Uuid());
  return object;
}

Napi::Value ToJs(Napi::Env env, const DomainStatistics& statistics) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("domain", ToJs(env, statistics.domain));
  object.Set("values", statistics.values.ToJs(env));
  return object;
}

}  // namespace precopy
