{
  "variables": {
    # "yes" in test/process/sanitize.sh, which builds into a folder of its own.
    "precopy_sanitize%": "",
  },
  "targets": [
    {
      "target_name": "precopy",
      "sources": [
        "native/addon.cc",
        "native/arguments.cc",
        "native/connection.cc",
        "native/connection_calls.cc",
        "native/domain_calls.cc",
        "native/domain_migration_calls.cc",
        "native/domain_parameter_calls.cc",
        "native/environment.cc",
        "native/event_delivery.cc",
        "native/event_loop.cc",
        "native/event_watches.cc",
        "native/events.cc",
        "native/failure.cc",
        "native/host_calls.cc",
        "native/optional_function.cc",
        "native/qemu_events.cc",
        "native/results.cc",
        "native/typed_parameters.cc",
        "native/worker_pool.cc",
      ],
      "dependencies": [
        "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except_all",
      ],
      "defines": [
        "NAPI_VERSION=9",
        # A worker that is being terminated cannot be thrown into (worker.terminate() aborted the process).
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
      "cflags": ["<!@(pkg-config --cflags libvirt)"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"],
      # Node unloads an addon that only a Worker loaded, under the feet of our threads: never unload.
      "ldflags": ["-Wl,-z,nodelete"],
      "libraries": ["<!@(pkg-config --libs libvirt)", "-ldl"],
      "conditions": [
        [
          "precopy_sanitize=='yes'",
          {
            # g++ 12 sees null dereferences in V8's own headers where there are none.
            "cflags": [
              "-fsanitize=address,undefined",
              "-fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute,vptr",
              "-fno-sanitize-recover=undefined",
              "-fno-omit-frame-pointer",
              "-g",
            ],
            # After Node's own -O3, with which compiling takes half as long again.
            "cflags_cc": ["-O1"],
            "ldflags": ["-fsanitize=address,undefined"],
          },
        ],
      ],
    },
  ],
}
