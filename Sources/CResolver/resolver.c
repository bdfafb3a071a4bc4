// Only this file knows of libresolv. Its state lives as long as one question.
#define _GNU_SOURCE  // EAI_NODATA
#include "cresolver.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

enum {
  // A whole answer over TCP, the longest there is.
  ANSWER = 65535,
  SERVICE_HEAD = 6,
  // The numbers of a zone's SOA record behind its two names; the last is the TTL of what is not there.
  AUTHORITY_NUMBERS = 20,
};

static bool use_server(res_state state, const porch_resolver_options *options) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
  if (inet_pton(AF_INET, options->server, &address.sin_addr) != 1) return false;
  state->nsaddr_list[0] = address;
  state->nscount = 1;
  return true;
}

static int ask(const char *name, int type, const porch_resolver_options *options, uint8_t *answer,
               size_t *length) {
  struct __res_state state;
  memset(&state, 0, sizeof state);
  if (res_ninit(&state) != 0) return PORCH_RESOLVER_FAILED;
  int outcome = PORCH_RESOLVER_FAILED;
  if (options->server == NULL || use_server(&state, options)) {
    state.retrans = options->timeout;
    state.retry = options->attempts;
    // Absolute names only: nobody's search list belongs to the names of servers.
    state.options &= ~(unsigned long)(RES_DEFNAMES | RES_DNSRCH);
    // Not res_nquery, which keeps an answer that says no to itself.
    uint8_t question[NS_PACKETSZ];
    int size = res_nmkquery(&state, ns_o_query, name, ns_c_in, type, NULL, 0, NULL, question, sizeof question);
    int received = size < 0 ? -1 : res_nsend(&state, question, size, answer, ANSWER);
    if (received >= NS_HFIXEDSZ) {
      // A longer answer was cut; what says so is its size.
      *length = received > ANSWER ? (size_t)ANSWER : (size_t)received;
      int code = answer[3] & 0xF;
      if (code == ns_r_noerror) outcome = PORCH_RESOLVER_OK;
      if (code == ns_r_nxdomain) outcome = PORCH_RESOLVER_NO_NAME;
    }
  }
  res_nclose(&state);
  return outcome;
}

int porch_resolver_parse_services(const uint8_t *answer, size_t length, porch_resolver_service *records,
                                  size_t capacity, size_t *count) {
  *count = 0;
  ns_msg message;
  if (length > INT_MAX || ns_initparse(answer, (int)length, &message) != 0) return PORCH_RESOLVER_FAILED;
  int total = ns_msg_count(message, ns_s_an);
  for (int index = 0; index < total && *count < capacity; index++) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, index, &record) != 0) return PORCH_RESOLVER_FAILED;
    // Aliases on the way to the answer stand here as well.
    if (ns_rr_type(record) != ns_t_srv || ns_rr_class(record) != ns_c_in) continue;
    if (ns_rr_rdlen(record) <= SERVICE_HEAD) return PORCH_RESOLVER_FAILED;
    const uint8_t *data = ns_rr_rdata(record);
    porch_resolver_service *service = &records[*count];
    int used = dn_expand(ns_msg_base(message), ns_msg_end(message), data + SERVICE_HEAD, service->target,
                         sizeof service->target);
    if (used < 0 || used > ns_rr_rdlen(record) - SERVICE_HEAD) return PORCH_RESOLVER_FAILED;
    // The root expands to nothing.
    if (service->target[0] == '\0') memcpy(service->target, ".", 2);
    service->ttl = ns_rr_ttl(record);
    service->priority = ns_get16(data);
    service->weight = ns_get16(data + 2);
    service->port = ns_get16(data + 4);
    *count += 1;
  }
  return *count > 0 ? PORCH_RESOLVER_OK : PORCH_RESOLVER_NONE;
}

int porch_resolver_parse_addresses(const uint8_t *answer, size_t length, bool wants_six,
                                   porch_resolver_address *records, size_t capacity, size_t *count) {
  *count = 0;
  ns_msg message;
  if (length > INT_MAX || ns_initparse(answer, (int)length, &message) != 0) return PORCH_RESOLVER_FAILED;
  int total = ns_msg_count(message, ns_s_an);
  uint8_t size = wants_six ? 16 : 4;
  for (int index = 0; index < total && *count < capacity; index++) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, index, &record) != 0) return PORCH_RESOLVER_FAILED;
    if (ns_rr_type(record) != (wants_six ? ns_t_aaaa : ns_t_a) || ns_rr_class(record) != ns_c_in) continue;
    if (ns_rr_rdlen(record) != size) return PORCH_RESOLVER_FAILED;
    records[*count].ttl = ns_rr_ttl(record);
    records[*count].count = size;
    memcpy(records[*count].bytes, ns_rr_rdata(record), size);
    *count += 1;
  }
  return *count > 0 ? PORCH_RESOLVER_OK : PORCH_RESOLVER_NONE;
}

uint32_t porch_resolver_parse_absence(const uint8_t *answer, size_t length) {
  ns_msg message;
  if (length > INT_MAX || ns_initparse(answer, (int)length, &message) != 0) return 0;
  int total = ns_msg_count(message, ns_s_ns);
  for (int index = 0; index < total; index++) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_ns, index, &record) != 0) return 0;
    if (ns_rr_type(record) != ns_t_soa || ns_rr_rdlen(record) <= AUTHORITY_NUMBERS) continue;
    uint32_t minimum = (uint32_t)ns_get32(ns_rr_rdata(record) + ns_rr_rdlen(record) - 4);
    return minimum < ns_rr_ttl(record) ? minimum : ns_rr_ttl(record);
  }
  return 0;
}

int porch_resolver_services(const char *name, const porch_resolver_options *options,
                            porch_resolver_service *records, size_t capacity, size_t *count) {
  *count = 0;
  uint8_t *answer = malloc(ANSWER);
  if (answer == NULL) return PORCH_RESOLVER_FAILED;
  size_t length = 0;
  int outcome = ask(name, ns_t_srv, options, answer, &length);
  if (outcome == PORCH_RESOLVER_OK) {
    outcome = porch_resolver_parse_services(answer, length, records, capacity, count);
  }
  free(answer);
  return outcome;
}

int porch_resolver_addresses(const char *name, bool wants_six, const porch_resolver_options *options,
                             porch_resolver_address *records, size_t capacity, size_t *count,
                             uint32_t *absent_for) {
  *count = 0;
  *absent_for = 0;
  uint8_t *answer = malloc(ANSWER);
  if (answer == NULL) return PORCH_RESOLVER_FAILED;
  size_t length = 0;
  int outcome = ask(name, wants_six ? ns_t_aaaa : ns_t_a, options, answer, &length);
  if (outcome == PORCH_RESOLVER_OK) {
    outcome = porch_resolver_parse_addresses(answer, length, wants_six, records, capacity, count);
  }
  if (outcome == PORCH_RESOLVER_NONE || outcome == PORCH_RESOLVER_NO_NAME) {
    *absent_for = porch_resolver_parse_absence(answer, length);
  }
  free(answer);
  return outcome;
}

int porch_resolver_hosts(const char *name, porch_resolver_address *records, size_t capacity, size_t *count) {
  *count = 0;
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int error = getaddrinfo(name, NULL, &hints, &found);
  if (error != 0) return error == EAI_NONAME || error == EAI_NODATA ? PORCH_RESOLVER_NONE : PORCH_RESOLVER_FAILED;
  for (struct addrinfo *each = found; each != NULL && *count < capacity; each = each->ai_next) {
    porch_resolver_address *record = &records[*count];
    memset(record, 0, sizeof *record);
    if (each->ai_family == AF_INET) {
      record->count = 4;
      memcpy(record->bytes, &((struct sockaddr_in *)each->ai_addr)->sin_addr, 4);
    } else if (each->ai_family == AF_INET6) {
      record->count = 16;
      memcpy(record->bytes, &((struct sockaddr_in6 *)each->ai_addr)->sin6_addr, 16);
    } else {
      continue;
    }
    *count += 1;
  }
  freeaddrinfo(found);
  return *count > 0 ? PORCH_RESOLVER_OK : PORCH_RESOLVER_NONE;
}
