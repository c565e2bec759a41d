/**
 * Parts of the page that are not there when it opens: each is fetched when it is first shown.
 */
import { signal } from '@preact/signals';
import type { ComponentType, FunctionComponent } from 'preact';

/** Makes a component of one that has yet to be fetched. Until it is there, its place is empty; what fails is told in it. */
export function lazily<Props extends object>(fetchIt: () => Promise<ComponentType<Props>>): FunctionComponent<Props> {
  const fetched = signal<ComponentType<Props> | undefined>(undefined);
  const problem = signal<string | undefined>(undefined);
  let isAsked = false;
  return (props) => {
    if (!isAsked) {
      isAsked = true;
      fetchIt().then(
        (component) => (fetched.value = component),
        () =>
          (problem.value =
            'A part of the page could not be fetched; expected it beside the page. Load the page again.'),
      );
    }
    const Component = fetched.value;
    if (Component !== undefined) return <Component {...props} />;
    return problem.value === undefined ? null : (
      <p class="empty" role="alert">
        {problem.value}
      </p>
    );
  };
}
