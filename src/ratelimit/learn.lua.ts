/**
 * The rule that learns a limit, a pure Lua function: `learn(s)` returns the limit that holds from now on, at least 1. It falls
 * at once, when the upstream states a lower limit or refuses; it rises only when proved, and never above the configured one.
 *
 * s.limit, s.configured · s.stated: the limit that this answer states, or nil
 * s.refused: this answer is the first 429 of its block · s.done: our calls answered in the last window
 * s.calm: windows since the limit last changed · s.hold: windows to wait before a rise is tried
 * s.pressed: a caller has had to wait for the limit since it last changed
 */
export const learn = `
local function learn(s)
  if s.stated and s.stated < s.limit then return math.max(1, s.stated) end
  -- Refused without a stated limit: it may be as low as what we did, or others used it. Halve it at most.
  if s.refused and not s.stated then return math.max(1, math.min(s.limit, math.max(s.done, math.floor(s.limit / 2)))) end
  if s.stated and s.stated > s.limit and s.calm >= 1 then return math.max(s.limit, math.min(s.configured, s.stated)) end
  if not s.stated and s.pressed and s.calm >= s.hold then
    -- No refusal has ever lowered it: an answer stated it once, and later answers state nothing. It may double.
    local more = s.hold > 1 and math.max(1, math.ceil(s.limit / 10)) or s.limit
    return math.max(s.limit, math.min(s.configured, s.limit + more))
  end
  return s.limit
end
`;
