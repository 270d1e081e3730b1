/** Every text that this service writes into BMS ends with a mark that begins like this. */
const beginning = '[bms-triage ';

/** The mark of one write: by run and call, so the same call leaves the same mark however often it is tried. */
export const markOf = (runId: string, callId: string): string => `${beginning}${runId.slice(0, 8)} ${callId}]`;

/** A model's text without marks: a mark of its own making would pass for the trace of a write that was never made. */
export const withoutMarks = (text: string): string => text.replaceAll(beginning, '(bms-triage ');

/** Parts of a text that repeat another, as mail programs put them. */
const quotes = /<blockquote[\s\S]*?(?:<\/blockquote>|(?![\s\S]))|^\s*(?:>|&gt;).*$/gim;

/** Did this service write the text? An answer by mail quotes the note it answers, so a mark in a quotation does not count. */
export const isOurs = (text: string): boolean => text.replace(quotes, '').includes(beginning);
