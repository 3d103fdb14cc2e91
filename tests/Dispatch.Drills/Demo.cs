namespace Dispatch.Drills;

/// <summary>The demo's operator, as <c>--Demo:Load=true</c> makes him.</summary>
internal static class Demo
{
    public const string Operator = "futian", Password = "dispatch-demo";
}
