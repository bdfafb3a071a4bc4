// Questions to name servers as PeerDiscovery asks them: blocking, one answer each, nothing kept between calls.
//
// What comes back was written by the owner of the name asked for, or by an attacker on the way: names may hold any
// byte but NUL, and are escaped the way zone files are.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  PORCH_RESOLVER_OK = 0,
  PORCH_RESOLVER_NONE,    // the name has no such records
  PORCH_RESOLVER_NO_NAME, // there is no such name, whatever is asked of it
  PORCH_RESOLVER_FAILED,  // no answer, or one that makes no sense
};

enum {
  PORCH_RESOLVER_NAME = 1025,  // bytes of a name with every escape, and its NUL
};

typedef struct {
  uint32_t ttl;
  uint16_t priority;
  uint16_t weight;
  uint16_t port;
  char target[PORCH_RESOLVER_NAME];  // "." where the service is declared not to exist
} porch_resolver_service;

typedef struct {
  uint32_t ttl;
  uint8_t bytes[16];
  uint8_t count;  // 4 or 16
} porch_resolver_address;

typedef struct {
  const char *server;  // an IPv4 address, or NULL for those of the system
  uint16_t port;
  int timeout;   // seconds per try
  int attempts;  // tries per name server
} porch_resolver_options;

// Writes at most capacity records and sets count.
int porch_resolver_services(const char *name, const porch_resolver_options *options,
                            porch_resolver_service *records, size_t capacity, size_t *count);

// IPv6 addresses where wants_six, else IPv4. Where there are none, absent_for is for how many seconds that counts
// (RFC 2308, 5), or 0 where the answer does not say.
int porch_resolver_addresses(const char *name, bool wants_six, const porch_resolver_options *options,
                             porch_resolver_address *records, size_t capacity, size_t *count,
                             uint32_t *absent_for);

// The addresses of a host as this machine knows them: from its own table, or from wherever it is told to ask.
int porch_resolver_hosts(const char *name, porch_resolver_address *records, size_t capacity, size_t *count);

// The records in the bytes of an answer; what the functions above do with theirs.
int porch_resolver_parse_services(const uint8_t *answer, size_t length, porch_resolver_service *records,
                                  size_t capacity, size_t *count);
int porch_resolver_parse_addresses(const uint8_t *answer, size_t length, bool wants_six,
                                   porch_resolver_address *records, size_t capacity, size_t *count);

// For how many seconds an answer that says that something is not there counts; 0 where it does not say.
uint32_t porch_resolver_parse_absence(const uint8_t *answer, size_t length);
