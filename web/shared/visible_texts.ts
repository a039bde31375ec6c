/** Let every text that Preact draws name its hidden characters. Imported once by each page, before it draws anything. */
import { options, type VNode } from "preact";
import { visible } from "./visible.ts";

const before = options.vnode;
options.vnode = (vnode: VNode) => {
  const props = vnode.props as { children?: unknown };
  const { children } = props;
  if (typeof children === "string") props.children = visible(children);
  else if (Array.isArray(children)) for (let i = 0; i < children.length; i++) if (typeof children[i] === "string") children[i] = visible(children[i] as string);
  before?.(vnode);
};
