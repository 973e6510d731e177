import { z } from 'zod';

/** `POST /v1/environments/register` (protocol.md 1.1). */
export const registerBodySchema = z.looseObject({
  deviceId: z.string().min(1),
  listenerInstanceId: z.string().min(1).optional(),
  connectionName: z.string().min(1),
  metadata: z
    .looseObject({
      lettaCodeVersion: z.string().optional(),
      os: z.string().optional(),
      nodeVersion: z.string().optional(),
      environmentMessageProtocol: z.string().optional(),
      supportsPairedListenerGenerations: z.boolean().optional(),
      supported_commands: z.array(z.string()).optional(),
      /** Ours: 1 when this host speaks the numbered link (design.md 5.6). */
      signalboxLink: z.literal(1).optional(),
      /** Ours: the life of the host process; a new one fences the old. */
      signalboxEpoch: z.string().optional(),
    })
    .default({}),
});
export type RegisterBody = z.infer<typeof registerBodySchema>;

export const registerAnswerSchema = z.looseObject({
  connectionId: z.string().min(1),
  wsUrl: z.string().min(1),
  supportsSplitStatusChannels: z.boolean().optional(),
  supportsPairedListenerGenerations: z.boolean().optional(),
  /** Ours: present when the hub speaks the numbered link. */
  signalboxLink: z.literal(1).optional(),
  /** Ours: the environment's stable id and the generation of this registration, for the lease (5.2). */
  environmentId: z.string().optional(),
  generation: z.number().optional(),
  /** Ours: the hub's stable id; a host's rows carry it. */
  hubId: z.string().optional(),
});
export type RegisterAnswer = z.infer<typeof registerAnswerSchema>;

/** The close code and reason by which a host learns that another process took its identity. */
export const REPLACED = { code: 1000, reason: 'Replaced by new connection' } as const;
/** The close code for a connectionId never issued or an environment forgotten. */
export const UNKNOWN_ENVIRONMENT = { code: 1008, reason: 'Unknown environment' } as const;
