#ifndef PRECOPY_MODULES_H
#define PRECOPY_MODULES_H

// Loads every kernel module in the directory, in the order of the file names.
void load_modules(const char* directory);

#endif
