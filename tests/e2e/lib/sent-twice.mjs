/**
 * What became of the bytes of one upload, from the story that its network tells.
 *
 * - `sent`: bytes of bodies that the client handed to the network. What still lay in the sender's buffers when a connection ended counts.
 * - `kept`: of those, what the server took; its next told offset says how much that is. In all it is the size.
 * - `again`: sent although the server had them already. Where no offset was told between two requests, the earlier one is taken for the one
 *   that brought what was kept, so this is never too little.
 * - `lost`: lost in flight: neither kept nor had before, of a request whose connection was cut.
 * - `vain`: the same of a request that was not cut: what is refused and lies beyond what the server has.
 *
 * sent = kept + again + lost + vain.
 */
export function accountOf(story) {
  const sum = { sent: 0, kept: 0, again: 0, lost: 0, vain: 0 }
  story.forEach((entry, index) => {
    if (entry.told !== undefined) {
      return
    }

    const told = story.slice(index).find((later) => later.told !== undefined)?.told ?? sum.kept
    const again = Math.min(entry.sent, Math.max(0, sum.kept - entry.from))
    const kept = entry.from <= sum.kept ? Math.max(0, Math.min(told, entry.from + entry.sent) - sum.kept) : 0
    sum.sent += entry.sent
    sum.again += again
    sum.kept += kept
    sum[entry.cut ? 'lost' : 'vain'] += entry.sent - again - kept
  })
  return sum
}
