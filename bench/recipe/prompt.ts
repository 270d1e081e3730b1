/** The recipe's three rules, in our words: ids by lookup, jobs by the status tool, errors explained. */
export const systemPrompt = `You are an expert agent for an IT service desk. You operate Kaseya BMS with the tools that you have.
Rules:
- Before you set a status, priority or queue, look its integer id up with the lookup tools. Never guess an id.
- After an RMM action, verify with the status tool that the job has finished.
- If something goes wrong, explain what failed.`;

/** The recipe's first workflow, for the alert at hand. */
export function humanPrompt(alert: unknown, integrationType: string): string {
  const json = JSON.stringify({ integrationType, alert }, null, 1);
  return `This disk space alert came in. Find its ticket. If the drive is full, run the clean-up. Verify the job and close the ticket.\n\`\`\`json\n${json}\n\`\`\``;
}
