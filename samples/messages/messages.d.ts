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

        /** Greeting count. */
        count: number;

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

            /** Greeting count */
            count?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Greeting. */
        type $Shape = example.Greeting.$Properties;
    }

    /**
     * Properties of a Count.
     * @deprecated Use example.Count.$Properties instead.
     */
    interface ICount extends example.Count.$Properties {
    }

    /** Represents a Count. */
    class Count {

        /**
         * Constructs a new Count.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Count.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Count value. */
        value: number;

        /**
         * Creates a new Count instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Count instance
         */
        static create(properties: example.Count.$Shape): example.Count & example.Count.$Shape;
        static create(properties?: example.Count.$Properties): example.Count;

        /**
         * Encodes the specified Count message. Does not implicitly {@link example.Count.verify|verify} messages.
         * @param message Count message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Count.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Count message, length delimited. Does not implicitly {@link example.Count.verify|verify} messages.
         * @param message Count message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Count.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Count message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Count & example.Count.$Shape} Count
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Count & example.Count.$Shape;

        /**
         * Decodes a Count message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Count & example.Count.$Shape} Count
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Count & example.Count.$Shape;

        /**
         * Verifies a Count message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates a Count message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Count
         */
        static fromObject(object: { [k: string]: any }): example.Count;

        /**
         * Creates a plain object from a Count message. Also converts values to other types if specified.
         * @param message Count
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Count, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Count to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Count
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Count {

        /** Properties of a Count. */
        interface $Properties {

            /** Count value */
            value?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Count. */
        type $Shape = example.Count.$Properties;
    }

    /**
     * Properties of an Echo.
     * @deprecated Use example.Echo.$Properties instead.
     */
    interface IEcho extends example.Echo.$Properties {
    }

    /** Represents an Echo. */
    class Echo {

        /**
         * Constructs a new Echo.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Echo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Echo text. */
        text: string;

        /** Echo afterMs. */
        afterMs: number;

        /**
         * Creates a new Echo instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Echo instance
         */
        static create(properties: example.Echo.$Shape): example.Echo & example.Echo.$Shape;
        static create(properties?: example.Echo.$Properties): example.Echo;

        /**
         * Encodes the specified Echo message. Does not implicitly {@link example.Echo.verify|verify} messages.
         * @param message Echo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Echo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Echo message, length delimited. Does not implicitly {@link example.Echo.verify|verify} messages.
         * @param message Echo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Echo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an Echo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Echo & example.Echo.$Shape} Echo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Echo & example.Echo.$Shape;

        /**
         * Decodes an Echo message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Echo & example.Echo.$Shape} Echo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Echo & example.Echo.$Shape;

        /**
         * Verifies an Echo message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates an Echo message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Echo
         */
        static fromObject(object: { [k: string]: any }): example.Echo;

        /**
         * Creates a plain object from an Echo message. Also converts values to other types if specified.
         * @param message Echo
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Echo, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Echo to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Echo
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Echo {

        /** Properties of an Echo. */
        interface $Properties {

            /** Echo text */
            text?: (string|null);

            /** Echo afterMs */
            afterMs?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an Echo. */
        type $Shape = example.Echo.$Properties;
    }

    /**
     * Properties of a Visit.
     * @deprecated Use example.Visit.$Properties instead.
     */
    interface IVisit extends example.Visit.$Properties {
    }

    /** Represents a Visit. */
    class Visit {

        /**
         * Constructs a new Visit.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Visit.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Visit name. */
        name: string;

        /** Visit remindAfterMs. */
        remindAfterMs: number;

        /**
         * Creates a new Visit instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Visit instance
         */
        static create(properties: example.Visit.$Shape): example.Visit & example.Visit.$Shape;
        static create(properties?: example.Visit.$Properties): example.Visit;

        /**
         * Encodes the specified Visit message. Does not implicitly {@link example.Visit.verify|verify} messages.
         * @param message Visit message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Visit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Visit message, length delimited. Does not implicitly {@link example.Visit.verify|verify} messages.
         * @param message Visit message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Visit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Visit message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Visit & example.Visit.$Shape} Visit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Visit & example.Visit.$Shape;

        /**
         * Decodes a Visit message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Visit & example.Visit.$Shape} Visit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Visit & example.Visit.$Shape;

        /**
         * Verifies a Visit message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates a Visit message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Visit
         */
        static fromObject(object: { [k: string]: any }): example.Visit;

        /**
         * Creates a plain object from a Visit message. Also converts values to other types if specified.
         * @param message Visit
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Visit, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Visit to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Visit
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Visit {

        /** Properties of a Visit. */
        interface $Properties {

            /** Visit name */
            name?: (string|null);

            /** Visit remindAfterMs */
            remindAfterMs?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Visit. */
        type $Shape = example.Visit.$Properties;
    }

    /**
     * Properties of a Reminder.
     * @deprecated Use example.Reminder.$Properties instead.
     */
    interface IReminder extends example.Reminder.$Properties {
    }

    /** Represents a Reminder. */
    class Reminder {

        /**
         * Constructs a new Reminder.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Reminder.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Reminder name. */
        name: string;

        /**
         * Creates a new Reminder instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Reminder instance
         */
        static create(properties: example.Reminder.$Shape): example.Reminder & example.Reminder.$Shape;
        static create(properties?: example.Reminder.$Properties): example.Reminder;

        /**
         * Encodes the specified Reminder message. Does not implicitly {@link example.Reminder.verify|verify} messages.
         * @param message Reminder message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Reminder.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Reminder message, length delimited. Does not implicitly {@link example.Reminder.verify|verify} messages.
         * @param message Reminder message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Reminder.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Reminder message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Reminder & example.Reminder.$Shape} Reminder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Reminder & example.Reminder.$Shape;

        /**
         * Decodes a Reminder message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Reminder & example.Reminder.$Shape} Reminder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Reminder & example.Reminder.$Shape;

        /**
         * Verifies a Reminder message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates a Reminder message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Reminder
         */
        static fromObject(object: { [k: string]: any }): example.Reminder;

        /**
         * Creates a plain object from a Reminder message. Also converts values to other types if specified.
         * @param message Reminder
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Reminder, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Reminder to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Reminder
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Reminder {

        /** Properties of a Reminder. */
        interface $Properties {

            /** Reminder name */
            name?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Reminder. */
        type $Shape = example.Reminder.$Properties;
    }

    /**
     * Properties of a Logout.
     * @deprecated Use example.Logout.$Properties instead.
     */
    interface ILogout extends example.Logout.$Properties {
    }

    /** Represents a Logout. */
    class Logout {

        /**
         * Constructs a new Logout.
         * @param [properties] Properties to set
         */
        constructor(properties?: example.Logout.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /**
         * Creates a new Logout instance using the specified properties.
         * @param [properties] Properties to set
         * @returns Logout instance
         */
        static create(properties: example.Logout.$Shape): example.Logout & example.Logout.$Shape;
        static create(properties?: example.Logout.$Properties): example.Logout;

        /**
         * Encodes the specified Logout message. Does not implicitly {@link example.Logout.verify|verify} messages.
         * @param message Logout message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: example.Logout.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Encodes the specified Logout message, length delimited. Does not implicitly {@link example.Logout.verify|verify} messages.
         * @param message Logout message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encodeDelimited(message: example.Logout.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Logout message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {example.Logout & example.Logout.$Shape} Logout
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): example.Logout & example.Logout.$Shape;

        /**
         * Decodes a Logout message from the specified reader or buffer, length delimited.
         * @param reader Reader or buffer to decode from
         * @returns {example.Logout & example.Logout.$Shape} Logout
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decodeDelimited(reader: ($protobuf.Reader|Uint8Array)): example.Logout & example.Logout.$Shape;

        /**
         * Verifies a Logout message.
         * @param message Plain object to verify
         * @returns `null` if valid, otherwise the reason why it is not
         */
        static verify(message: { [k: string]: any }): (string|null);

        /**
         * Creates a Logout message from a plain object. Also converts values to their respective internal types.
         * @param object Plain object
         * @returns Logout
         */
        static fromObject(object: { [k: string]: any }): example.Logout;

        /**
         * Creates a plain object from a Logout message. Also converts values to other types if specified.
         * @param message Logout
         * @param [options] Conversion options
         * @returns Plain object
         */
        static toObject(message: example.Logout, options?: $protobuf.IConversionOptions): { [k: string]: any };

        /**
         * Converts this Logout to JSON.
         * @returns JSON object
         */
        toJSON(): { [k: string]: any };

        /**
         * Gets the type url for Logout
         * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns The type url
         */
        static getTypeUrl(prefix?: string): string;
    }

    namespace Logout {

        /** Properties of a Logout. */
        interface $Properties {

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Logout. */
        type $Shape = example.Logout.$Properties;
    }
}
