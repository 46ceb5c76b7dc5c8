/** What `backfill verify` finds wrong. */
export interface PlanFinding {
  kind:
    | 'missing-unit'
    | 'not-published'
    | 'file-differs'
    | 'counts-differ'
    | 'object-missing'
    | 'object-differs'
    | 'object-came-back'
    | 'partition-missing'
    | 'not-retired';
  /** absent where it is about what the plan replaces */
  slice?: number;
  unit?: string;
  message: string;
}
