import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace example. */
export namespace example {

    /**
     * Properties of a User.
     * @deprecated Use example.User.$Properties instead.
     */
    interface IUser extends example.User.$Properties {
    }

    /** Represents a User. */
    class User {

        /**
         * Constructs a new User.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.User.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** User userId. */
        userId: string;

        /** User name. */
        name: string;

        /**
         * Creates a new User instance using the specified properties.
         * @param [properties] Properties to set
         * @returns User instance
         */
        static create(properties: example.User.$Shape): example.User & example.User.$Shape;
        static create(properties?: example.User.$Properties): example.User;

        /**
         * Encodes the specified User message. Does not implicitly {@link example.User.verify|verify} messages.
         * @param message User message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.User.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified User message, length delimited. Does not implicitly {@link example.User.verify|verify} messages.
         * @param message User message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.User.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a User message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.User & example.User.$Shape} User
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.User & example.User.$Shape;

        /**
         * Decodes a User message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.User & example.User.$Shape} User
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.User & example.User.$Shape;

        /**
         * Verifies a User message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates a User message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns User
         */
        static fromObject(object: { [k: string]: any }): example.User;

        /**
         * Creates a plain object from a User message. Also converts values to other types if specified.
         * @param message User
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.User, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this User to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for User
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace User {

        /** Properties of a User. */
        interface $Properties {

            /** User userId */
            userId?: (string|null);

            /** User name */
            name?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a User. */
        type $Shape = example.User.$Properties;
    }

    /**
     * Properties of an Admin.
     * @deprecated Use example.Admin.$Properties instead.
     */
    interface IAdmin extends example.Admin.$Properties {
    }

    /** Represents an Admin. */
    class Admin {

        /**
         * Constructs a new Admin.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Admin.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Admin name. */
        name: string;

        /** Admin level. */
        level: number;

        /**
         * Creates a new Admin instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Admin instance
         */
        static create(properties: example.Admin.$Shape): example.Admin & example.Admin.$Shape;
        static create(properties?: example.Admin.$Properties): example.Admin;

        /**
         * Encodes the specified Admin message. Does not implicitly {@link example.Admin.verify|verify} messages.
         * @param message Admin message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Admin.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Admin message, length delimited. Does not implicitly {@link example.Admin.verify|verify} messages.
         * @param message Admin message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Admin.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Admin message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Admin & example.Admin.$Shape} Admin
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Admin & example.Admin.$Shape;

        /**
         * Decodes an Admin message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Admin & example.Admin.$Shape} Admin
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Admin & example.Admin.$Shape;

        /**
         * Verifies an Admin message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates an Admin message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Admin
         */
        static fromObject(object: { [k: string]: any }): example.Admin;

        /**
         * Creates a plain object from an Admin message. Also converts values to other types if specified.
         * @param message Admin
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Admin, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Admin to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Admin
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Admin {

        /** Properties of an Admin. */
        interface $Properties {

            /** Admin name */
            name?: (string|null);

            /** Admin level */
            level?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Admin. */
        type $Shape = example.Admin.$Properties;
    }

    /**
     * Properties of a Greeting.
     * @deprecated Use example.Greeting.$Properties instead.
     */
    interface IGreeting extends example.Greeting.$Properties {
    }

    /** Represents a Greeting. */
    class Greeting {

        /**
         * Constructs a new Greeting.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Greeting.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Greeting text. */
        text: string;

        /**
         * Creates a new Greeting instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Greeting instance
         */
        static create(properties: example.Greeting.$Shape): example.Greeting & example.Greeting.$Shape;
        static create(properties?: example.Greeting.$Properties): example.Greeting;

        /**
         * Encodes the specified Greeting message. Does not implicitly {@link example.Greeting.verify|verify} messages.
         * @param message Greeting message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Greeting.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Greeting message, length delimited. Does not implicitly {@link example.Greeting.verify|verify} messages.
         * @param message Greeting message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Greeting.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Greeting message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Greeting & example.Greeting.$Shape} Greeting
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Greeting & example.Greeting.$Shape;

        /**
         * Decodes a Greeting message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Greeting & example.Greeting.$Shape} Greeting
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Greeting & example.Greeting.$Shape;

        /**
         * Verifies a Greeting message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates a Greeting message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Greeting
         */
        static fromObject(object: { [k: string]: any }): example.Greeting;

        /**
         * Creates a plain object from a Greeting message. Also converts values to other types if specified.
         * @param message Greeting
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Greeting, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Greeting to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Greeting
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Greeting {

        /** Properties of a Greeting. */
        interface $Properties {

            /** Greeting text */
            text?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Greeting. */
        type $Shape = example.Greeting.$Properties;
    }
}
