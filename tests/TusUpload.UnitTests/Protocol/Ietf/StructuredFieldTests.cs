using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Ietf;

namespace TusUpload.UnitTests.Protocol.Ietf;

public sealed class StructuredFieldTests
{
    [Theory]
    [InlineData("?1", true)]
    [InlineData(" ?0 ", false)]
    [InlineData("?1;a", true)]
    [InlineData("?1; a=1;b=\"x;\\\"y\";*c=?0", true)]
    [InlineData("?2", null)]
    [InlineData("?10", null)]
    [InlineData("1", null)]
    [InlineData("", null)]
    [InlineData("?1;", null)]
    [InlineData("?1;A=1", null)]
    [InlineData("?1;a=", null)]
    [InlineData("?1;a=\"x", null)]
    [InlineData("?1, ?1", null)]
    [InlineData("?1 ;a", null)]
    public void A_boolean_is_read_with_its_parameters_and_nothing_else_is_one(string text, bool? expected) =>
        Assert.Equal(expected, StructuredField.ReadBoolean(text));

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("007", 7L)]
    [InlineData("999999999999999", 999_999_999_999_999L)]
    [InlineData("5;unit=b", 5L)]
    [InlineData("1000000000000000", null)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData("1.0", null)]
    [InlineData("\"1\"", null)]
    [InlineData("?1", null)]
    [InlineData("-", null)]
    [InlineData("", null)]
    [InlineData("1 2", null)]
    public void A_size_is_a_whole_number_of_15_digits_that_is_not_negative(string text, long? expected) =>
        Assert.Equal(expected, StructuredField.ReadSize(text));

    [Fact]
    public void Two_lines_are_a_list_and_no_item()
    {
        Assert.Null(StructuredField.ReadBoolean(new StringValues(["?1", "?1"])));
        Assert.Null(StructuredField.ReadSize(new StringValues(["5", "5"])));
        Assert.Null(StructuredField.ReadSize(StringValues.Empty));
    }
}
