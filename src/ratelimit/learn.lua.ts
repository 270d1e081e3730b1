/**
 * The rule by which a limit is learnt, a pure function: `learn(s)` returns the limit to go by from now on.
 * Down at once, on the upstream's word or its refusal; up only when proved, and never above what is configured.
 *
 * s.limit, s.configured · s.told: the limit that this answer states, or nil
 * s.refused: this answer is the first 429 of its kind · s.done: our calls answered in the last window
 * s.calm: windows since the limit was last changed · s.hold: windows to wait before trying more
 * s.pressed: since then somebody had to wait for the limit
 */
export const learn = `
local function learn(s)
  if s.told and s.told < s.limit then return math.max(1, s.told) end
  -- Refused without a word on the limit: it may be as low as what we did, or others used it; halve at most.
  if s.refused and not s.told then return math.max(1, math.min(s.limit, math.max(s.done, math.floor(s.limit / 2)))) end
  if s.told and s.told > s.limit and s.calm >= 1 then return math.max(s.limit, math.min(s.configured, s.told)) end
  if not s.told and s.pressed and s.calm >= s.hold then
    -- No refusal has ever lowered it: it was an answer's word, and those after it are silent.
    local more = s.hold > 1 and math.max(1, math.ceil(s.limit / 10)) or s.limit
    return math.max(s.limit, math.min(s.configured, s.limit + more))
  end
  return s.limit
end
`;
