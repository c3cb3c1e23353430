#pragma once

#include "call.h"

namespace precopy {

// Most functions of libvirt have one of these shapes, so that binding them takes one line.

using DomainAction = int (*)(virDomainPtr);
using DomainFlagsAction = int (*)(virDomainPtr, unsigned int);
using DomainText = char* (*)(virDomainPtr, unsigned int);
using DomainXmlAction = int (*)(virDomainPtr, const char*, unsigned int);
using DomainTypedGetter = int (*)(virDomainPtr, virTypedParameterPtr, int*, unsigned int);
using DomainTypedSetter = int (*)(virDomainPtr, virTypedParameterPtr, int, unsigned int);

inline void BindAction(Napi::Object exports, const char* name, DomainAction function) {
  Bind(exports, name, {"domain"}, [function](const Domain::Lease& domain) {
    Check(function(domain.Get()));
    return Nothing();
  });
}

inline void BindFlagsAction(Napi::Object exports, const char* name, DomainFlagsAction function) {
  Bind(exports, name, {"domain", "flags"}, [function](const Domain::Lease& domain, uint32_t flags) {
    Check(function(domain.Get(), flags));
    return Nothing();
  });
}

inline void BindQuestion(Napi::Object exports, const char* name, DomainAction function) {
  Bind(exports, name, {"domain"},
       [function](const Domain::Lease& domain) { return Check(function(domain.Get())) != 0; });
}

inline void BindText(Napi::Object exports, const char* name, DomainText function) {
  Bind(exports, name, {"domain", "flags"}, [function](const Domain::Lease& domain, uint32_t flags) {
    return TakeString(function(domain.Get(), flags));
  });
}

inline void BindXmlAction(Napi::Object exports, const char* name, DomainXmlAction function) {
  Bind(exports, name, {"domain", "xml", "flags"},
       [function](const Domain::Lease& domain, const std::string& xml, uint32_t flags) {
         Check(function(domain.Get(), xml.c_str(), flags));
         return Nothing();
       });
}

/// Calls a function twice as libvirt wants it: for the number of parameters, then for the parameters.
template <typename Get>
TypedParameters GetTwice(const Get& get) {
  int count = 0;
  Check(get(nullptr, &count));
  TypedParameters parameters(count);
  if (count > 0) Check(get(parameters.Get(), parameters.OutCount()));
  return parameters;
}

inline void BindTypedGetter(Napi::Object exports, const char* name, DomainTypedGetter function) {
  Bind(exports, name, {"domain", "flags"}, [function](const Domain::Lease& domain, uint32_t flags) {
    return GetTwice(
        [&](virTypedParameterPtr items, int* count) { return function(domain.Get(), items, count, flags); });
  });
}

inline void BindTypedSetter(Napi::Object exports, const char* name, DomainTypedSetter function) {
  Bind(exports, name, {"domain", "parameters", "flags"},
       [function](const Domain::Lease& domain, const TypedParameters& parameters, uint32_t flags) {
         Check(function(domain.Get(), parameters.Get(), parameters.Count(), flags));
         return Nothing();
       });
}

}  // namespace precopy
