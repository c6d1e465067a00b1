/** The URL of this file; undefined in a bundle. */
export declare const ownUrl: string | undefined;
