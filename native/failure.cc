#include "failure.h"

namespace precopy {

namespace {

const char* KindName(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::kLibvirt:
      return "libvirt";
    case Failure::Kind::kArgument:
      return "argument";
    case Failure::Kind::kClosed:
      return "closed";
    case Failure::Kind::kUnsupported:
      return "unsupported";
    case Failure::Kind::kInternal:
      return "internal";
  }
  return "internal";
}

std::string OrEmpty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

Failure Failure::Libvirt() {
  const virErrorPtr last = virGetLastError();
  if (last == nullptr) return Internal("libvirt reported a failure, but no error");
  Failure failure(Kind::kLibvirt, OrEmpty(last->message));
  failure.number_ = last->code;
  failure.domain_ = last->domain;
  failure.level_ = last->level;
  failure.str1_ = OrEmpty(last->str1);
  failure.str2_ = OrEmpty(last->str2);
  failure.str3_ = OrEmpty(last->str3);
  failure.int1_ = last->int1;
  failure.int2_ = last->int2;
  return failure;
}

Failure Failure::Argument(const std::string& argument, const std::string& expected) {
  Failure failure(Kind::kArgument, argument + " must be " + expected);
  failure.str1_ = argument;
  failure.str2_ = expected;
  failure.int1_ = -1;
  return failure;
}

Failure Failure::Closed() {
  return {Kind::kClosed, "the connection is closed"};
}

Failure Failure::Unsupported(const std::string& function, const std::string& version,
                             const std::string& library) {
  Failure failure(Kind::kUnsupported, function + " needs " + library + " " + version + " or later");
  failure.str1_ = function;
  failure.str2_ = version;
  failure.str3_ = library;
  return failure;
}

Failure Failure::Internal(const std::string& message) {
  return {Kind::kInternal, message};
}

Napi::Value Failure::ToJs(Napi::Env env) const {
  Napi::Object object = Napi::Object::New(env);
  object.Set("kind", KindName(kind_));
  object.Set("message", message_);
  object.Set("number", number_);
  object.Set("domain", domain_);
  object.Set("level", level_);
  object.Set("str1", str1_);
  object.Set("str2", str2_);
  object.Set("str3", str3_);
  object.Set("int1", int1_);
  object.Set("int2", int2_);
  return object;
}

void SilenceLibvirt() {
  virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
}

}  // namespace precopy
