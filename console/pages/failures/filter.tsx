// The filter of failures: of dead letters and parked addresses. It stands in the URL, and the admin API takes it as it is.

import { queryOf, setQuery } from "../../app/location.js";
import type { Query } from "../../app/route.js";
import { Button, Filter, Select } from "../../ui/controls.js";
import { FunctionFilter } from "../../ui/function-filter.js";

/** The filter that the URL holds, as a query of the admin API. */
export function failureFilter(): Query {
  return {
    function: queryOf("function"),
    code: queryOf("code"),
    id: queryOf("id"),
    error: queryOf("error"),
    olderThan: queryOf("olderThan"),
    newerThan: queryOf("newerThan"),
  };
}

/** Whether the filter chooses all failures. */
export const isEmpty = (filter: Query) => Object.values(filter).every((value) => value === "");

const ages = [
  { value: "", text: "Of any time" },
  { value: "newerThan=1h", text: "Of the last hour" },
  { value: "newerThan=1d", text: "Of the last day" },
  { value: "olderThan=1h", text: "Older than an hour" },
  { value: "olderThan=1d", text: "Older than a day" },
  { value: "olderThan=7d", text: "Older than a week" },
] as const;

/** The fields of the filter. */
export function FailureFilters() {
  const error = queryOf("error");
  const [bound, length] = ["olderThan", "newerThan"]
    .map((name) => [name, queryOf(name)])
    .find(([, at]) => at !== "") ?? ["", ""];
  const age = bound === "" ? "" : `${bound}=${length}`;
  const options = ages.some(({ value }) => value === age)
    ? ages
    : [...ages, { value: age, text: age.replace("=", " ") }];
  return (
    <>
      <FunctionFilter />
      <Filter label="Code" value={queryOf("code")} onInput={(code) => setQuery({ code })} />
      <Filter label="Id" value={queryOf("id")} onInput={(id) => setQuery({ id })} />
      <Select
        label="Time"
        value={age}
        options={options}
        onChange={(chosen) => {
          const [name = "", value] = chosen.split("=");
          setQuery({ olderThan: undefined, newerThan: undefined, ...(name === "" ? {} : { [name]: value }) });
        }}
      />
      {error !== "" && (
        <Button icon="close" onClick={() => setQuery({ error: undefined })}>
          Of one cause
        </Button>
      )}
    </>
  );
}
