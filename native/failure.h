#pragma once

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <napi.h>

#include <exception>
#include <string>

namespace precopy {

/// What went wrong, in a form that can leave the thread on which it happened. TypeScript turns it into an
/// error class.
class Failure : public std::exception {
 public:
  enum class Kind { kLibvirt, kArgument, kClosed, kUnsupported, kInternal };

  /// libvirt's last error is thread-local: copies the calling thread's.
  static Failure Libvirt();
  static Failure Argument(const std::string& argument, const std::string& expected);
  static Failure Closed();
  static Failure Unsupported(const std::string& function, const std::string& version,
                             const std::string& library);
  static Failure Internal(const std::string& message);

  [[nodiscard]] Kind GetKind() const { return kind_; }
  [[nodiscard]] int Number() const { return number_; }
  /// Tells TypeScript the position of the wrong argument, if this is the one.
  void NameArgument(const std::string& name, int position) {
    if (kind_ == Kind::kArgument && str1_ == name) int1_ = position;
  }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  /// A plain object { kind, message, … }: see NativeFailure in lib/libvirt/native.ts.
  [[nodiscard]] Napi::Value ToJs(Napi::Env env) const;

 private:
  Failure(Kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  Kind kind_;
  std::string message_;
  int number_ = 0;
  int domain_ = 0;
  int level_ = 0;
  int int1_ = 0;
  int int2_ = 0;
  std::string str1_;
  std::string str2_;
  std::string str3_;
};

/// For libvirt's convention that -1 is a failure.
template <typename Integer>
Integer Check(Integer result) {
  if (result < 0) throw Failure::Libvirt();
  return result;
}

/// For libvirt's convention that a null pointer is a failure.
template <typename T>
T* CheckPointer(T* result) {
  if (result == nullptr) throw Failure::Libvirt();
  return result;
}

/// libvirt prints each error to stderr unless told otherwise.
void SilenceLibvirt();

}  // namespace precopy
