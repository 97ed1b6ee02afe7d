/* The workload by hand: one pass over rows sorted by person and claim.
   Figures come as macros. Amounts are fen, days are counted from 1970-01-01. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const int64_t *person, *claim, *in_scope, *partly, *out_of_scope;
    const int32_t *admitted, *discharged, *reported, *birth, *first, *last, *chain;
    const int16_t *diagnosis;
    const int8_t *event, *cause, *level, *shares;
    /* by place in the dictionaries of the codes */
    const int8_t *inpatient, *illness, *accident, *level_ok;
    const int16_t *condition;
    const int64_t *lump_of;
} Columns;

typedef struct {
    int64_t *amount[4];
    uint16_t *why[4];
} Out;

typedef struct { /* what a row says without the rows before it; 56 bytes */
    int64_t person, claim, in_scope, burden;
    int32_t first, year, days;
    int16_t condition;
    uint16_t gate;  /* reasons against every benefit */
    int8_t shares, illness, inpatient;
} Row;

typedef struct { int32_t first, birth, first_ymd, age; } Cover; /* of the row before: mostly the same */

enum { BEFORE = 1, AFTER = 2, LATE = 4, AGE = 8, WAITING = 16, LEVEL = 32, CAUSE = 64, NOT_INPATIENT = 128,
       NOT_LISTED = 256, BELOW_START = 512, USED_UP = 1024, ALREADY = 2048, NOTHING = 4096 };

typedef struct { int32_t first, year; int64_t bill, share, tiered, days; } Slot;
enum { SLOTS = 256 };

typedef struct {
    int64_t person;
    uint64_t paid;          /* conditions whose lump was paid */
    int used, at;
    Slot slots[SLOTS];
} State;

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t over(int64_t a, int64_t b) { return a > b ? a - b : 0; }

static inline int32_t ymd(int32_t day) /* proleptic Gregorian, years of 400 from 1 March 0000 */
{
    uint32_t z = (uint32_t)(day + 719468), era = z / 146097, doe = z - era * 146097;
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    uint32_t d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
    return (int32_t)((yoe + era * 400 + (m <= 2)) * 10000 + m * 100 + d);
}

static inline int32_t years(int32_t from, int32_t to) /* completed years between two days as yyyymmdd */
{
    int32_t gap = to - from;
    return gap >= 0 ? gap / 10000 : -((9999 - gap) / 10000);
}

static inline int64_t tiers(int64_t bill)
{
    static const int64_t bands[][2] = TIERS;
    const int count = sizeof bands / sizeof bands[0];
    int64_t sum = 0;
    for (int i = 0; i < count; i++) {
        int64_t top = i + 1 < count ? least(bill, bands[i + 1][0]) : bill;
        sum += over(top, bands[i][0]) * bands[i][1];
    }
    return (2 * sum + TIER_WHOLE) / (2 * TIER_WHOLE);
}

static inline Slot *slot(State *s, int32_t first, int32_t year)
{
    Slot *found = &s->slots[s->at];
    if (s->used && found->first == first && found->year == year) return found;
    for (int i = 0; i < s->used; i++)
        if (s->slots[i].first == first && s->slots[i].year == year) { s->at = i; return &s->slots[i]; }
    if (s->used == SLOTS) return NULL;
    s->at = s->used++;
    s->slots[s->at] = (Slot){first, year, 0, 0, 0, 0};
    return &s->slots[s->at];
}

static inline Row row(const Columns *c, int64_t i, Cover *cover)
{
    int32_t first = c->first[i], admitted = c->admitted[i], stay = c->discharged[i] - admitted;
    int8_t cause = c->cause[i];
    if (first != cover->first || c->birth[i] != cover->birth) {
        cover->first = first; cover->birth = c->birth[i]; cover->first_ymd = ymd(first);
        cover->age = years(ymd(c->birth[i]), cover->first_ymd);
    }
    uint32_t gate = (admitted < first ? BEFORE : 0) | (admitted > c->last[i] ? AFTER : 0)
        | (c->reported[i] > admitted + CLAIM_DAYS ? LATE : 0)
        | (cover->age < AGE_FROM || cover->age > AGE_TO ? AGE : 0)
        | (c->chain[i] == first && !c->accident[cause] && admitted - first + 1 <= WAITING_DAYS ? WAITING : 0)
        | (c->level_ok[c->level[i]] ? 0 : LEVEL);
    return (Row){c->person[i], c->claim[i], c->in_scope[i], c->in_scope[i] + c->partly[i] + c->out_of_scope[i],
                 first, years(cover->first_ymd, ymd(admitted)), (int32_t)over(stay > 1 ? stay : 1, FREE_DAYS),
                 c->condition[c->diagnosis[i]], (uint16_t)gate, c->shares[i], c->illness[cause],
                 c->inpatient[c->event[i]]};
}

static inline int decide(const Row r, const Columns *c, State *s, int64_t amount[4], uint32_t why[4])
{
    if (r.person != s->person) { s->person = r.person; s->paid = 0; s->used = 0; s->at = 0; }
    why[0] = r.gate;
    why[1] = r.gate | (r.illness ? 0 : CAUSE);
    why[2] = r.gate | (r.inpatient ? 0 : NOT_INPATIENT);
    why[3] = r.gate | (r.condition ? 0 : NOT_LISTED);
    amount[0] = amount[1] = amount[2] = amount[3] = 0;
    if (r.gate) return 0;
    Slot *year = slot(s, r.first, r.year);
    if (!year) return 1;

    int64_t before = year->bill, now = before + r.in_scope;
    int64_t above = over(now, START) - over(before, START);
    int64_t share = (2 * above * RATIO_PARTS + RATIO_WHOLE) / (2 * RATIO_WHOLE);
    int64_t paid = year->share;
    year->bill = now; year->share = paid + share;
    int64_t cut = least(paid + share, BASIC_MOST) - least(paid, BASIC_MOST);
    amount[0] = least(cut, r.burden);
    if (!amount[0])
        why[0] = r.in_scope && !above ? BELOW_START : share && !cut ? USED_UP : NOTHING;

    if (!why[1]) {
        before = year->tiered; now = before + r.in_scope; year->tiered = now;
        int64_t low = tiers(before), high = tiers(now);
        cut = least(high, SERIOUS_MOST) - least(low, SERIOUS_MOST);
        amount[1] = least(cut, r.burden - amount[0]);
        if (!amount[1])
            why[1] = r.in_scope && high == low ? BELOW_START : high != low && !cut ? USED_UP : NOTHING;
    }
    if (!why[2]) {
        before = year->days; now = before + r.days; year->days = now;
        cut = least(now, MAX_DAYS) - least(before, MAX_DAYS);
        amount[2] = cut * DAILY * r.shares;
        if (!amount[2]) why[2] = !r.days ? BELOW_START : USED_UP;
    }
    if (!why[3]) {
        uint64_t bit = 1ull << r.condition;
        if (s->paid & bit) why[3] = ALREADY;
        else { s->paid |= bit; amount[3] = c->lump_of[r.condition] * r.shares; }
    }
    return 0;
}

static inline void put(const Out *out, int64_t i, const int64_t amount[4], const uint32_t why[4])
{
    for (int k = 0; k < 4; k++) { out->amount[k][i] = amount[k]; out->why[k][i] = (uint16_t)why[k]; }
}

static void begin(State *s) { s->person = INT64_MIN; s->paid = 0; s->used = 0; s->at = 0; }

int assess_sorted(const Columns *c, int64_t count, const Out *out)
{
    State s; Cover cover = {INT32_MIN, INT32_MIN, 0, 0}; int64_t amount[4]; uint32_t why[4];
    begin(&s);
    for (int64_t i = 0; i < count; i++) {
        if (decide(row(c, i, &cover), c, &s, amount, why)) return 1;
        put(out, i, amount, why);
    }
    return 0;
}

/* Rows in any order: packed into buckets of persons that fit the cache, sorted there by person and claim, assessed.
   Results come in that order, with the numbers of the claims. */
enum { BUCKET_ROWS = 4096, MOST_BUCKETS = 4096 };

static int64_t bucket(const Row *rows, uint32_t *order, uint32_t *other, int64_t n, int64_t low)
{
    for (int64_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    uint64_t differ = 0;
    for (int64_t i = 1; i < n; i++) differ |= (uint64_t)(rows[i].person - low) ^ (uint64_t)(rows[0].person - low);
    for (int shift = 0; shift < 64 && differ >> shift; shift += 8) {
        if (!(differ >> shift & 255)) continue;
        uint32_t place[256] = {0}, sum = 0;
        for (int64_t i = 0; i < n; i++) place[(uint64_t)(rows[i].person - low) >> shift & 255]++;
        for (int d = 0; d < 256; d++) { uint32_t here = place[d]; place[d] = sum; sum += here; }
        for (int64_t i = 0; i < n; i++) other[place[(uint64_t)(rows[order[i]].person - low) >> shift & 255]++] = order[i];
        uint32_t *swap = order; order = other; other = swap;
        if (shift == 56) break;
    }
    for (int64_t i = 1; i < n; i++) { /* the claims of one person are few: by insertion */
        uint32_t at = order[i];
        int64_t k = i;
        while (k && rows[order[k - 1]].person == rows[at].person && rows[order[k - 1]].claim > rows[at].claim) {
            order[k] = order[k - 1]; k--;
        }
        order[k] = at;
    }
    return order < other ? 0 : 1; /* which of the two holds the order */
}

int assess_unsorted(const Columns *c, int64_t count, const Out *out, int64_t *claims)
{
    if (!count) return 0;
    int64_t low = INT64_MAX, high = INT64_MIN, begins[MOST_BUCKETS + 1] = {0}, most = 0;
    for (int64_t i = 0; i < count; i++) {
        if (c->person[i] < low) low = c->person[i];
        if (c->person[i] > high) high = c->person[i];
    }
    int shift = 0;
    int64_t wanted = count / BUCKET_ROWS + 1 < MOST_BUCKETS ? count / BUCKET_ROWS + 1 : MOST_BUCKETS;
    while ((uint64_t)(high - low) >> shift >= (uint64_t)wanted) shift++;
    for (int64_t i = 0; i < count; i++) begins[((uint64_t)(c->person[i] - low) >> shift) + 1]++;
    for (int b = 0; b < MOST_BUCKETS; b++) {
        if (begins[b + 1] > most) most = begins[b + 1];
        begins[b + 1] += begins[b];
    }
    Row *rows = malloc(count * sizeof *rows);
    uint32_t *orders = malloc(2 * most * sizeof *orders);
    int64_t *place = malloc(sizeof begins);
    int failed = !rows || !orders || !place ? 2 : 0;
    if (!failed) {
        memcpy(place, begins, sizeof begins);
        Cover cover = {INT32_MIN, INT32_MIN, 0, 0};
        for (int64_t i = 0; i < count; i++)
            rows[place[(uint64_t)(c->person[i] - low) >> shift]++] = row(c, i, &cover);
        State s; int64_t amount[4]; uint32_t why[4];
        begin(&s);
        for (int b = 0; b < MOST_BUCKETS && !failed; b++) {
            int64_t n = begins[b + 1] - begins[b], at = begins[b];
            if (!n) continue;
            const uint32_t *order = orders + bucket(rows + at, orders, orders + most, n, low) * most;
            for (int64_t i = 0; i < n && !failed; i++) {
                const Row *r = &rows[at + order[i]];
                failed = decide(*r, c, &s, amount, why);
                put(out, at + i, amount, why);
                claims[at + i] = r->claim;
            }
        }
    }
    free(rows); free(orders); free(place);
    return failed;
}

/* The one benefit without a memory: rows in any order. */
int assess_part(const Columns *c, int64_t count, const Out *out)
{
    Cover cover = {INT32_MIN, INT32_MIN, 0, 0};
    for (int64_t i = 0; i < count; i++) {
        Row r = row(c, i, &cover);
        uint32_t why = r.gate | (r.inpatient ? 0 : NOT_INPATIENT);
        int64_t amount = why ? 0 : (int64_t)r.days * DAILY * r.shares;
        out->amount[0][i] = amount;
        out->why[0][i] = (uint16_t)(why ? why : amount ? 0 : BELOW_START);
    }
    return 0;
}
