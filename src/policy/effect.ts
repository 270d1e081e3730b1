/** What a call may do: `read` changes nothing, `write` can be undone by a person, `destructive` cannot. */
export type Effect = 'read' | 'write' | 'destructive';
