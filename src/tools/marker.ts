/** Every text that this service writes into BMS ends with a mark that begins like this. */
const beginning = '[bms-triage ';

/** The mark of one write: by run and call, so the same call leaves the same mark however often it is tried. */
export const markOf = (runId: string, callId: string): string => `${beginning}${runId.slice(0, 8)} ${callId}]`;

/** What a model writes, without marks: one of its own making would be taken for the sign of a write that never was. */
export const withoutMarks = (text: string): string => text.replaceAll(beginning, '(bms-triage ');

/** Parts of a text that repeat another, as mail programs put them. */
const quotes = /<blockquote[\s\S]*?(?:<\/blockquote>|(?![\s\S]))|^\s*(?:>|&gt;).*$/gim;

/** Did we write this? Whoever answers one of our notes by mail sends it along, so a mark in a quotation is none. */
export const isOurs = (text: string): boolean => text.replace(quotes, '').includes(beginning);
