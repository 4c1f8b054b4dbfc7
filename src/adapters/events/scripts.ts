/**
 * The Lua scripts of the event store. Keys below the prefix P:
 * - `epoch` hash: which memory this is (`id`), of which server run, since when (`birth`), and up to when GitHub's list was walked in it;
 * - `m:ID` the mark of a delivery;
 * - `d:ID` hash: the delivery; `o:ID` hash: how it fares (`open` while its lane holds it, `pending` backlog entries, `dead` pairs,
 *   `handledAt`, `taken`; per plugin `p:` outcome, `a:` failed attempts, `n:` not before, `s:` starts, `x:` dead);
 * - `lane:LANE` list of ids, `lanes` zset of lanes that have some, `orgs` hash of how many of them each organisation has; `bl:PLUGIN LANE` list of ids, `backlogs` zset, `busy:LANE` set of plugins;
 * - `recent` zset of ids by time; `kept` zset of finished ids by the time at which they are forgotten, `keptBytes` their size.
 */
const EPOCH = `
local P = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function epoch(run, id)
  local e = redis.call('HMGET', P..':epoch', 'id', 'birth', 'run')
  if e[1] and e[3] == run then return e[1], tonumber(e[2]) end
  redis.call('DEL', P..':epoch')
  redis.call('HSET', P..':epoch', 'id', id, 'birth', now, 'run', run)
  return id, now
end
local function orgOf(lane) return string.match(lane, '^[^/]+') or '-' end
local function opened(lane)
  if redis.call('ZADD', P..':lanes', 'NX', now, lane) == 1 then return redis.call('HINCRBY', P..':orgs', orgOf(lane), 1) end
  return tonumber(redis.call('HGET', P..':orgs', orgOf(lane)) or 0)
end
local function closed(lane)
  if redis.call('ZREM', P..':lanes', lane) == 1 and redis.call('HINCRBY', P..':orgs', orgOf(lane), -1) <= 0 then redis.call('HDEL', P..':orgs', orgOf(lane)) end
end
`;

const CLOSE = `
local LIMITS = cjson.decode(ARGV[2])
local function size(id) return redis.call('HSTRLEN', P..':d:'..id, 'body') end
local function forget(id)
  redis.call('DECRBY', P..':keptBytes', size(id))
  redis.call('DEL', P..':d:'..id, P..':o:'..id)
  redis.call('ZREM', P..':kept', id)
  redis.call('ZREM', P..':recent', id)
end
local function trim()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P..':kept', '-inf', now, 'LIMIT', 0, 100)) do forget(id) end
  for _ = 1, 100 do
    if redis.call('ZCARD', P..':kept') <= LIMITS.count and tonumber(redis.call('GET', P..':keptBytes') or 0) <= LIMITS.bytes then return end
    local oldest = redis.call('ZRANGE', P..':kept', 0, 0)[1]
    if not oldest then return end
    forget(oldest)
  end
end
local function close(id)
  local o = redis.call('HMGET', P..':o:'..id, 'open', 'pending', 'dead', 'handledAt')
  if o[1] ~= '0' or tonumber(o[2] or 0) > 0 or o[4] then return 0 end
  local dead = tonumber(o[3] or 0) > 0
  if redis.call('ZADD', P..':kept', now + (dead and LIMITS.deadMs or LIMITS.keepMs), id) == 1 then redis.call('INCRBY', P..':keptBytes', size(id)) end
  if not dead then redis.call('HSET', P..':o:'..id, 'handledAt', now) end
  trim()
  return dead and 0 or 1
end
local function emptied(plugin, lane)
  redis.call('ZREM', P..':backlogs', plugin..' '..lane)
  redis.call('SREM', P..':busy:'..lane, plugin)
end
`;

/** ARGV: prefix, run, new epoch id. Returns the epoch's id and birth. */
export const EPOCH_SCRIPT = `${EPOCH}
local id, birth = epoch(ARGV[2], ARGV[3])
return { id, birth }
`;

/** ARGV: prefix, when the walk began, birth of the memory in which it began. */
export const WALKED_SCRIPT = `${EPOCH}
if redis.call('HGET', P..':epoch', 'birth') == ARGV[3] then redis.call('HSET', P..':epoch', 'walked', ARGV[2]) end
return 1
`;

/** ARGV: prefix, run, new epoch id, id, event, action, at, via, lane, body, milliseconds that marks live, headers. Returns 1 stored or 0 duplicate, the epoch's id, and how many lanes of the organisation have deliveries. */
export const STORE_SCRIPT = `${EPOCH}
local current = epoch(ARGV[2], ARGV[3])
local id, lane = ARGV[4], ARGV[9]
if not redis.call('SET', P..':m:'..id, '1', 'NX', 'PX', ARGV[11]) then return { 0, current } end
redis.call('HSET', P..':d:'..id, 'event', ARGV[5], 'action', ARGV[6], 'at', ARGV[7], 'via', ARGV[8], 'lane', lane, 'body', ARGV[10], 'headers', ARGV[12])
redis.call('HSET', P..':o:'..id, 'open', 1, 'pending', 0)
redis.call('RPUSH', P..':lane:'..lane, id)
local lanes = opened(lane)
redis.call('ZADD', P..':recent', ARGV[7], id)
return { 1, current, lanes }
`;

/** ARGV: prefix, id. Returns the lane, '' when nothing needs to be done because it waits already, or nothing when it is no longer stored. */
export const REPLAY_SCRIPT = `${EPOCH}
local id = ARGV[2]
local lane = redis.call('HGET', P..':d:'..id, 'lane')
if not lane then return false end
local o = redis.call('HMGET', P..':o:'..id, 'open', 'pending')
if o[1] == '1' or tonumber(o[2] or 0) > 0 then return '' end
if redis.call('ZREM', P..':kept', id) == 1 then redis.call('DECRBY', P..':keptBytes', redis.call('HSTRLEN', P..':d:'..id, 'body')) end
redis.call('DEL', P..':o:'..id)
redis.call('HSET', P..':o:'..id, 'open', 1, 'pending', 0)
redis.call('HSET', P..':d:'..id, 'via', 'recovered')
redis.call('RPUSH', P..':lane:'..lane, id)
opened(lane)
return lane
`;

/** ARGV: prefix, lane. Returns id, event, at, via, body, times taken, settled plugins, busy plugins, headers. */
export const TAKE_SCRIPT = `${EPOCH}
local lane = ARGV[2]
while true do
  local id = redis.call('LINDEX', P..':lane:'..lane, 0)
  if not id then
    closed(lane)
    return false
  end
  local d = redis.call('HMGET', P..':d:'..id, 'event', 'at', 'via', 'body', 'headers')
  if d[1] then
    local taken = redis.call('HINCRBY', P..':o:'..id, 'taken', 1)
    local settled = {}
    for _, field in ipairs(redis.call('HKEYS', P..':o:'..id)) do
      if string.sub(field, 1, 2) == 'p:' then settled[#settled + 1] = string.sub(field, 3) end
    end
    return { id, d[1], d[2], d[3], d[4], taken, settled, redis.call('SMEMBERS', P..':busy:'..lane), d[5] or '' }
  end
  redis.call('LPOP', P..':lane:'..lane)
end
`;

/** ARGV: prefix, id, plugin, outcome. */
export const RECORD_SCRIPT = `${EPOCH}
if redis.call('EXISTS', P..':o:'..ARGV[2]) == 1 then redis.call('HSET', P..':o:'..ARGV[2], 'p:'..ARGV[3], ARGV[4]) end
return 1
`;

/** ARGV: prefix, id, plugin, lane, failed attempts, not before, outcome, starts. */
export const HAND_SCRIPT = `${EPOCH}
local id, plugin, lane = ARGV[2], ARGV[3], ARGV[4]
local o = P..':o:'..id
if redis.call('EXISTS', o) == 0 or redis.call('HEXISTS', o, 'p:'..plugin) == 1 then return 0 end
redis.call('HSET', o, 'p:'..plugin, ARGV[7], 'a:'..plugin, ARGV[5], 'n:'..plugin, ARGV[6], 's:'..plugin, ARGV[8])
redis.call('HINCRBY', o, 'pending', 1)
redis.call('RPUSH', P..':bl:'..plugin..' '..lane, id)
redis.call('SADD', P..':busy:'..lane, plugin)
redis.call('ZADD', P..':backlogs', 'NX', now, plugin..' '..lane)
return 1
`;

/** ARGV: prefix, limits, lane, id, then plugin and outcome in turns. Returns 1 when the delivery is now handled. */
export const FINISH_SCRIPT = `${EPOCH}${CLOSE}
local lane, id = ARGV[3], ARGV[4]
if redis.call('LINDEX', P..':lane:'..lane, 0) == id then
  redis.call('LPOP', P..':lane:'..lane)
  if redis.call('EXISTS', P..':lane:'..lane) == 1 then
    opened(lane)
    redis.call('ZADD', P..':lanes', now, lane)
  else
    closed(lane)
  end
end
if redis.call('EXISTS', P..':o:'..id) == 0 then return 0 end
for n = 5, #ARGV, 2 do redis.call('HSETNX', P..':o:'..id, 'p:'..ARGV[n], ARGV[n + 1]) end
redis.call('HSET', P..':o:'..id, 'open', 0)
return close(id)
`;

/** ARGV: prefix, plugin, lane. Returns id, event, at, via, body, failed attempts, starts, not before, headers. */
export const HEAD_SCRIPT = `${EPOCH}
local plugin, lane = ARGV[2], ARGV[3]
local list = P..':bl:'..plugin..' '..lane
while true do
  local id = redis.call('LINDEX', list, 0)
  if not id then
    redis.call('ZREM', P..':backlogs', plugin..' '..lane)
    redis.call('SREM', P..':busy:'..lane, plugin)
    return false
  end
  local d = redis.call('HMGET', P..':d:'..id, 'event', 'at', 'via', 'body', 'headers')
  if d[1] then
    local o = redis.call('HMGET', P..':o:'..id, 'a:'..plugin, 'n:'..plugin)
    local started = 0
    if tonumber(o[2] or 0) <= now then started = redis.call('HINCRBY', P..':o:'..id, 's:'..plugin, 1) end
    return { id, d[1], d[2], d[3], d[4], tonumber(o[1] or 0), started, tonumber(o[2] or 0), d[5] or '' }
  end
  redis.call('LPOP', list)
end
`;

/** ARGV: prefix, id, plugin, failed attempts, not before, outcome. */
export const POSTPONE_SCRIPT = `${EPOCH}
local o, plugin = P..':o:'..ARGV[2], ARGV[3]
if redis.call('EXISTS', o) == 1 then redis.call('HSET', o, 'p:'..plugin, ARGV[6], 'a:'..plugin, ARGV[4], 'n:'..plugin, ARGV[5]) end
return 1
`;

/** ARGV: prefix, limits, id, plugin, lane, outcome, 1 when the pair is dead. Returns 1 when the delivery is now handled. */
export const SETTLE_SCRIPT = `${EPOCH}${CLOSE}
local id, plugin, lane = ARGV[3], ARGV[4], ARGV[5]
local o, list = P..':o:'..id, P..':bl:'..plugin..' '..lane
local waited = redis.call('LINDEX', list, 0) == id
if waited then
  redis.call('LPOP', list)
  if redis.call('EXISTS', list) == 0 then emptied(plugin, lane) end
end
if redis.call('EXISTS', o) == 0 then return 0 end
if waited then redis.call('HINCRBY', o, 'pending', -1) end
redis.call('HSET', o, 'p:'..plugin, ARGV[6])
if ARGV[7] == '1' then
  if redis.call('HSETNX', o, 'x:'..plugin, 1) == 1 then redis.call('HINCRBY', o, 'dead', 1) end
elseif redis.call('HDEL', o, 'x:'..plugin) == 1 then
  redis.call('HINCRBY', o, 'dead', -1)
end
return close(id)
`;

/** ARGV: prefix, run, new epoch id, key, when the issue was created, margin, milliseconds that what was said is kept. Returns the members, or nothing when the memory may not reach back so far. */
export const SAID_SCRIPT = `${EPOCH}
local _, birth = epoch(ARGV[2], ARGV[3])
local since = tonumber(ARGV[5])
if since < birth + tonumber(ARGV[6]) or since < now - tonumber(ARGV[7]) then return false end
return redis.call('SMEMBERS', ARGV[4])
`;

/** ARGV: prefix, run, new epoch id, key, milliseconds that intents live, via, at of the cause ('' for none), margin. Returns a state and perhaps an outcome. */
export const INTENT_SCRIPT = `${EPOCH}
local _, birth = epoch(ARGV[2], ARGV[3])
local key = P..':i:'..ARGV[4]
local was = redis.call('GET', key)
if was == 'b' then return { 'unknown' } end
if was then return { 'done', string.sub(was, 2) } end
redis.call('SET', key, 'b', 'PX', ARGV[5])
local at = tonumber(ARGV[7]) or (now - 60000)
if ARGV[6] == 'recovered' or at < birth + tonumber(ARGV[8]) then return { 'unknown' } end
return { 'fresh' }
`;
