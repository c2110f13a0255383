/**
 * Takes one from each limit when all allow it, by the clock of Redis. Keys: one per limit. Arguments: a word that no
 * other call has, then for each limit its kind, its size, and its milliseconds: of the window, or of one refill.
 * Answers for each limit: allowed (0 or 1), remaining, milliseconds until one more. Keep in step with
 * `InProcessRateLimiter`.
 */
export const TAKE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local all = true
local found = {}
for i, key in ipairs(KEYS) do
  local kind, size, ms = ARGV[i * 3 - 1], tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
  if kind == 'window' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ms)
    local used = redis.call('ZCARD', key)
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
    found[i] = { used < size, used, tonumber(first or now) }
  else
    local known = redis.call('HMGET', key, 'tokens', 'at')
    local tokens = math.min(size, (tonumber(known[1]) or size) + (now - (tonumber(known[2]) or now)) / ms)
    found[i] = { tokens >= 1, tokens }
  end
  all = all and found[i][1]
end
local answer = {}
for i, key in ipairs(KEYS) do
  local kind, size, ms = ARGV[i * 3 - 1], tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
  local allowed, amount, first = found[i][1], found[i][2], found[i][3]
  local left, next_ms
  if kind == 'window' then
    if all then
      redis.call('ZADD', key, string.format('%.3f', now), ARGV[1])
      redis.call('PEXPIRE', key, math.ceil(ms))
      amount = amount + 1
    end
    left = size - amount
    next_ms = amount == 0 and 0 or first + ms - now
  else
    if all then
      amount = amount - 1
      redis.call('HSET', key, 'tokens', string.format('%.6f', amount), 'at', string.format('%.3f', now))
      redis.call('PEXPIRE', key, math.ceil(size * ms))
    end
    left = math.floor(amount)
    next_ms = amount >= size and 0 or (left + 1 - amount) * ms
  end
  answer[#answer + 1] = allowed and 1 or 0
  answer[#answer + 1] = left
  answer[#answer + 1] = math.ceil(next_ms)
end
return answer
`;
