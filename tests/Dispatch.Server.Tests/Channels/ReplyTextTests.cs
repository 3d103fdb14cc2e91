using Dispatch.Server.Channels;

namespace Dispatch.Server.Tests.Channels;

/// <summary>What people really type on a telephone.</summary>
public sealed class ReplyTextTests
{
    [Theory]
    [InlineData("A1", "Accept", 1)]
    [InlineData(" a1 ", "Accept", 1)]
    [InlineData("Ａ１", "Accept", 1)] // full width, as a Chinese input method types it
    [InlineData("ａ　１", "Accept", 1)] // with an ideographic space
    [InlineData("A 1", "Accept", 1)]
    [InlineData("a-01。", "Accept", 1)]
    [InlineData("A：12", "Accept", 12)]
    [InlineData("A①", "Accept", 1)]
    [InlineData("B7", "Decline", 7)]
    [InlineData("b 7 在外地", "Decline", 7)]
    [InlineData("A1接受", "Accept", 1)]
    [InlineData("回复A1", "Accept", 1)]
    [InlineData("“A1”", "Accept", 1)]
    [InlineData("A1 A1", "Accept", 1)]
    [InlineData("接受", "Accept", null)]
    [InlineData("谢绝。", "Decline", null)]
    [InlineData("a", "Accept", null)]
    [InlineData("Ｔ", "Confirm", null)]
    [InlineData("收到！", "Confirm", null)]
    public void An_answer_is_read_whatever_its_dress(string text, string answer, int? code) =>
        Assert.Equal((answer, code, false), (ReplyText.Read(text, false).Answer.ToString(), ReplyText.Read(text, false).Code, ReplyText.Read(text, false).Several));

    [Theory]
    [InlineData("我考虑一下")]
    [InlineData("不接受")]
    [InlineData("A123")]
    [InlineData("BA1")]
    [InlineData("1A1")]
    [InlineData("C1")]
    [InlineData("1")]
    [InlineData("")]
    public void What_is_no_answer_is_not_guessed(string text) =>
        Assert.Null(ReplyText.Read(text, false).Answer);

    [Theory]
    [InlineData("A1 B1")]
    [InlineData("A1或A2")]
    public void Two_different_codes_are_no_answer(string text) =>
        Assert.Equal((null, true), (ReplyText.Read(text, false).Answer, ReplyText.Read(text, false).Several));

    [Theory]
    [InlineData("1", "Accept")]
    [InlineData("２", "Decline")]
    public void A_key_of_a_voice_call_is_an_answer(string key, string answer) => Assert.Equal(answer, ReplyText.Read(key, true).Answer.ToString());
}
