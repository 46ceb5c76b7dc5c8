/** The endpoint platforms of a sample, as FDR abbreviates them. */
export type Platform = 'Win' | 'Mac' | 'Lin';

export const PLATFORMS: readonly Platform[] = ['Win', 'Mac', 'Lin'];
