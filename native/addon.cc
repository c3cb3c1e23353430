#include <libvirt/libvirt.h>
#include <napi.h>

#include "call.h"
#include "environment.h"
#include "failure.h"

namespace precopy {

namespace {

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  SilenceLibvirt();
  Environment::Create(env);
  BindConnectionCalls(exports);
  BindHostCalls(exports);
  BindDomainCalls(exports);
  BindDomainMigrationCalls(exports);
  BindDomainParameterCalls(exports);
  BindEvents(exports);
  BindQemuEvents(exports);
  exports.Set("builtOnVersion", static_cast<double>(LIBVIR_VERSION_NUMBER));
  return exports;
}

}  // namespace

}  // namespace precopy

static Napi::Object InitializeAddon(Napi::Env env, Napi::Object exports) {
  return precopy::Initialize(env, exports);
}

NODE_API_MODULE(precopy, InitializeAddon)
