/** The file that a user would choose: bytes that the test makes. The same one each time, by what clients know files by. */
export async function fileOf({ path, name, type }) {
  const answer = await fetch(path)
  return new File([await answer.blob()], name, { type, lastModified: 1_700_000_000_000 })
}
