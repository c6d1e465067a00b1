/** The largest body that every host is started with. */
export const maxBodyBytes = 6_000_000;
