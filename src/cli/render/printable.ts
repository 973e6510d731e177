/** Control characters but tab and line end, and whatever else has no shape of its own or turns the text around. */
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Those of them that only shape what stands beside them: within an emoji, and in scripts whose letters join. */
const SHAPING =
  /(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)(?:\ufe0f|\u200d(?=\p{Extended_Pictographic}))|(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}])[\u200c\u200d]/uy;
/** Every blank but the space, and characters that may have no picture at all. */
const BLANK = /(?! )[\p{Zs}\p{Co}\p{Cn}]/gu;

/** Text from elsewhere, such that a terminal shows all of it and obeys none of it. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, (character, at: number, whole: string) => {
    SHAPING.lastIndex = at;
    return SHAPING.test(whole) ? character : escaped(character);
  });
}

/**
 * The same for what a person is asked to approve, which must not be able to hide a part of itself, nor look like
 * something else: nothing is spared, and a blank that is no space is shown as what it is.
 */
export function exact(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, escaped).replace(BLANK, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  const digits = code.toString(16).padStart(4, '0');
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
}
